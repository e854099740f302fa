import pytest

from sidecar.control.laptop.said import NoToken, seconds, text


@pytest.mark.parametrize("value", [None, "", 7, ["a"]])
def test_what_is_no_text(value: object) -> None:
    with pytest.raises(NoToken, match="no token"):
        text({"token": value}, "token")


@pytest.mark.parametrize(("value", "found"), [(5, 5.0), (1.5, 1.5), ("5", 9.0), (True, 9.0), (None, 9.0)])
def test_seconds(value: object, found: float) -> None:
    assert seconds({"in": value}, "in", 9.0) == found
    assert text({"a": "b"}, "a") == "b"


def test_a_refusal_keeps_its_code() -> None:
    assert (str(NoToken("No.", "slow_down")), NoToken("No.", "slow_down").error) == ("No.", "slow_down")
