import pytest

from sidecar.control.laptop.ask import discovered, metadata, post, post_json
from sidecar.control.laptop.said import NoToken
from tests.unit.control.laptop.served import served


def test_a_question_and_its_answer() -> None:
    with served(lambda *_: (200, {"token": "t"})) as other:
        assert post(f"{other.url}/v1/token", {"a": "1"}) == {"token": "t"}
        assert post_json(f"{other.url}/v1/r", {"id": "x"}, "b") == {"token": "t"}
        assert metadata(other.url) == {"token": "t"}
        assert other.asked == [
            ("/v1/token", {"a": "1"}),
            ("/v1/r", {"id": "x", "bearer": "Bearer b"}),
            ("/.well-known/openid-configuration", {}),
        ]


@pytest.mark.parametrize(
    ("status", "said", "sentence", "error"),
    [
        (400, {"error": "slow_down", "error_description": "Wait."}, "Wait.", "slow_down"),
        (400, {"error": "slow_down"}, "slow_down", "slow_down"),
        (403, {"error": {"code": "not_allowed", "message": "Only an admin."}}, "Only an admin.", "not_allowed"),
        (500, {}, "The answer was 500.", ""),
        (200, ["a"], "The answer was 200.", ""),
        (200, b"<html>", "not in JSON", ""),
        (302, {"token": "t"}, "The answer was 302.", ""),
    ],
)
def test_answers_that_are_a_no(status: int, said: object, sentence: str, error: str) -> None:
    with served(lambda *_: (status, said)) as other, pytest.raises(NoToken, match=sentence) as caught:
        post(other.url, {})
    assert caught.value.error == error


@pytest.mark.parametrize("address", ["http://gate.example.com/v1/token", "ftp://gate", "gate"])
def test_a_proof_never_goes_in_the_clear(address: str) -> None:
    with pytest.raises(NoToken, match="not https"):
        post(address, {"subject_token": "x"})


def test_nobody_is_there() -> None:
    with served(lambda *_: (200, {})) as other:
        address = other.url
    with pytest.raises(NoToken, match="cannot be reached"):
        post(address, {})


def test_another_provider_answers() -> None:
    with served(lambda *_: (200, {"issuer": "https://evil.example"})) as other:
        with pytest.raises(NoToken, match="another provider"):
            discovered(other.url)
        other.reply = lambda *_: (200, {"issuer": other.url})
        assert discovered(other.url) == {"issuer": other.url}
