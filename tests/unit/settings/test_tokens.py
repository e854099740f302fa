from pathlib import Path

from sidecar.settings.tokens import Exchange, KeyKind


def test_the_first_audience_is_this_gates_own() -> None:
    made = Exchange("https://gate", ("eu", "us"), 900, 1, 1, KeyKind.ES256, Path("key"), ())
    assert made.audience == "eu"
