"""What was denied with an answer stays in the conversation: masked from then on, so that the session lives."""

import json

import pytest

from sidecar.core.exchange.commands import Forward, Respond
from tests.unit.core.exchange.building import ask, gate, request

RULE = "\n  - {id: zephyr, match: {keywords: [zephyr]}, do: deny, say: Not here.%s}\n"
AS_ANSWER, AS_ERROR = gate(RULE % ", deny: {as: answer}"), gate(RULE % "")
DENIED = {"role": "user", "content": "Tell me about zephyr now"}
OURS = {"role": "assistant", "content": "Blocked by policy rule zephyr: Not here. (exchange gx_1)"}
NEXT = {"role": "user", "content": "What is left?"}


def conversation(*messages: dict[str, object]) -> dict[str, object]:
    return {**request("x"), "messages": list(messages)}


def test_the_first_time_it_is_denied_with_an_answer() -> None:
    (answer,) = [one for one in ask(AS_ANSWER, conversation(DENIED)).said if isinstance(one, Respond)]
    assert answer.status == 200
    assert b"Not here." in answer.body


def test_in_the_past_it_is_masked_and_the_session_goes_on() -> None:
    (forward,) = [one for one in ask(AS_ANSWER, conversation(DENIED, OURS, NEXT)).said if isinstance(one, Forward)]
    assert forward.body is not None
    sent = json.loads(forward.body)["messages"]
    assert sent[0]["content"].startswith("Tell me about [")
    assert "zephyr" not in sent[0]["content"]
    assert sent[2] == NEXT


@pytest.mark.parametrize(
    ("note", "messages"),
    [
        ("again, as the newest prompt", (DENIED, OURS, DENIED)),
        ("in a later turn", (NEXT, OURS, DENIED)),
        ("several messages since the last answer", (NEXT, OURS, DENIED, NEXT)),
    ],
)
def test_what_is_asked_now_is_denied_each_time(note: str, messages: tuple[dict[str, object], ...]) -> None:
    commands = ask(AS_ANSWER, conversation(*messages)).said
    assert not any(isinstance(one, Forward) for one in commands), note


def test_a_rule_that_denies_with_an_error_denies_the_past_too() -> None:
    commands = ask(AS_ERROR, conversation(DENIED, OURS, NEXT)).said
    assert not any(isinstance(one, Forward) for one in commands)
