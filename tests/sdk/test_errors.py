"""Each failure of the API is the SDK's own exception for it, with a sentence, and is tried again where that helps."""

from collections.abc import Callable

import anthropic
import httpx2
import pytest

from tests.gate import Gate

Patient = Callable[[int], anthropic.Anthropic]
STRAY = {"type": "tool_result", "tool_use_id": "x", "content": "y"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 500}


def prompt(text: str) -> dict[str, object]:
    return {**ASK, "messages": [{"role": "user", "content": text}]}


@pytest.mark.parametrize(
    ("text", "error", "kind", "note"),
    [
        ("[[status:400]]", anthropic.BadRequestError, "invalid_request_error", "a bad request"),
        ("[[status:401]]", anthropic.AuthenticationError, "authentication_error", "a wrong key behind us"),
        ("[[status:403]]", anthropic.PermissionDeniedError, "permission_error", "forbidden"),
        ("[[status:404]]", anthropic.NotFoundError, "not_found_error", "not there"),
        ("[[status:413]]", anthropic.APIStatusError, "request_too_large", "too large"),
        ("[[status:429]]", anthropic.RateLimitError, "rate_limit_error", "limited"),
        ("[[status:500]]", anthropic.InternalServerError, "api_error", "a fault"),
        ("[[status:529]]", anthropic.InternalServerError, "overloaded_error", "too busy"),
    ],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_errors(
    text: str, error: type[anthropic.APIStatusError], kind: str, note: str, stream: bool, client: anthropic.Anthropic
) -> None:
    with pytest.raises(error) as caught:
        client.messages.create(**prompt(text), stream=stream)
    assert caught.value.body["error"]["type"] == kind, note
    assert caught.value.body["error"]["message"], note
    assert caught.value.request_id.startswith("req_"), note


def test_a_limit_says_when_to_come_back(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.RateLimitError) as caught:
        client.messages.create(**prompt("[[status:429]]"))
    assert caught.value.response.headers["retry-after"] == "1"
    assert caught.value.response.headers["anthropic-ratelimit-requests-limit"]


@pytest.mark.parametrize(
    ("text", "tries", "note"),
    [
        ("[[status:529 1]][[say:ok]]", 2, "busy once"),
        ("[[status:500 2]][[say:ok]]", 3, "a fault twice"),
        ("[[status:429 1]][[say:ok]]", 2, "limited once"),
    ],
)
def test_tried_again(text: str, tries: int, note: str, gate: Gate, patient: Patient) -> None:
    reached = gate.mark()
    assert patient(3).messages.create(**prompt(text)).content[0].text == "ok"
    assert len(reached()) == tries, note


@pytest.mark.parametrize("text", ["[[status:400]]", "[[status:529 final]]"])
def test_not_tried_again(text: str, gate: Gate, patient: Patient) -> None:
    reached = gate.mark()
    with pytest.raises(anthropic.APIStatusError):
        patient(3).messages.create(**prompt(text))
    assert len(reached()) == 1


def test_an_error_in_the_middle_of_a_stream(client: anthropic.Anthropic) -> None:
    with (
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(**prompt("[[error:529]][[huge:2]]")) as stream,
    ):
        stream.get_final_message()
    assert caught.value.body["error"]["type"] == "overloaded_error"


@pytest.mark.parametrize("how", ["[[cut]]", "[[cut:close]]"])
def test_a_connection_that_breaks_is_never_a_short_answer(how: str, client: anthropic.Anthropic) -> None:
    """The SDK lets its HTTP library's own error through; an error event would be an `APIStatusError`."""
    error = (anthropic.APIStatusError, httpx2.TransportError)
    with pytest.raises(error), client.messages.stream(**prompt(f"{how}[[huge:2]]")) as stream:
        stream.get_final_message()


@pytest.mark.parametrize(
    ("fields", "said", "note"),
    [
        ({"max_tokens": 0}, "max_tokens", "no room for an answer"),
        ({"messages": []}, "at least one message", "an empty conversation"),
        ({"messages": [{"role": "user", "content": [STRAY]}]}, "tool_use_id", "a result of nothing"),
    ],
)
def test_what_the_api_does_not_take(
    fields: dict[str, object], said: str, note: str, client: anthropic.Anthropic
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=said):
        client.messages.create(**(prompt("hi") | fields))


def test_an_unknown_model(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError, match="model: claude-does-not-exist"):
        client.messages.create(**(prompt("hi") | {"model": "claude-does-not-exist"}))


def test_without_a_token(gate: Gate) -> None:
    with (
        anthropic.Anthropic(base_url=gate.base_url, api_key=None, auth_token="", max_retries=0) as nobody,
        pytest.raises(anthropic.AuthenticationError) as caught,
    ):
        nobody.messages.create(**prompt("hi"), extra_headers={"authorization": anthropic.Omit()})
    assert caught.value.body["error"]["type"] == "authentication_error"
