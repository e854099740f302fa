import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.simulator.ask import Ask, read_ask
from sidecar.simulator.seal import broken, check_all, prefix, sign

TOOLS = [{"name": "Bash", "input_schema": {"type": "object"}}]


def conversation(
    first: str = "hi", thought: str = "hm", answer: str = "yes", system: str = "be good", **fields: object
) -> Ask:
    """A turn whose thinking was signed over the unchanged past, told again with these words."""
    asked = read_ask(
        {
            "model": "m",
            "max_tokens": 9,
            "messages": [{"role": "user", "content": "hi"}],
            "system": "be good",
            "tools": TOOLS,
        }
    )
    signature = fields.pop("signature", sign(prefix(asked, 1, ()), "hm"))
    thinking = {"type": "thinking", "thinking": thought, "signature": signature}
    said = [
        {"role": "user", "content": first},
        {"role": "assistant", "content": [thinking, {"type": "text", "text": answer}]},
        {"role": "user", "content": "and now?"},
    ]
    return read_ask({"model": "m", "max_tokens": 9, "system": system, "tools": TOOLS, "messages": said, **fields})


@pytest.mark.parametrize(
    ("told", "what", "note"),
    [
        ({}, None, "nothing changed"),
        ({"answer": "no"}, None, "what comes after it is not sealed"),
        (
            {"system": [{"type": "text", "text": "be good", "cache_control": {"type": "ephemeral"}}]},
            None,
            "a cache mark",
        ),
        ({"thought": "hmm"}, "the text", "the thought itself"),
        ({"first": "hi!"}, "turn 0", "the prompt before it"),
        ({"system": "be bad"}, "system", "the system prompt"),
        ({"tools": []}, "tools", "the tools"),
        ({"signature": ""}, "the signature", "no signature"),
        ({"signature": "not base64!"}, "the signature", "a signature of others"),
        ({"signature": base64.b64encode(bytes(64)).decode()}, "the signature", "a forged one"),
    ],
)
def test_a_seal_holds_for_exactly_this_past(told: dict[str, object], what: str | None, note: str) -> None:
    found, wrong = check_all(conversation(**told))
    assert found == 1
    assert wrong == ([("messages.1.content.0", what)] if what else []), note


def test_a_turn_more_or_less_is_noticed() -> None:
    before = prefix(conversation(), 3, ())
    assert broken(sign(before, "x"), before[:-1], "x") == "the number of turns before it: 3 then, 2 now"


def test_thinking_that_a_client_dropped_breaks_no_later_seal() -> None:
    ask = conversation()
    first, answer, last = ask.body["messages"]
    bare = {**answer, "content": answer["content"][1:]}
    without = read_ask({**ask.body, "messages": [first, bare, last]})
    assert broken(sign(prefix(ask, 3, ()), "later"), prefix(without, 3, ()), "later") is None


@settings(max_examples=100)
@given(st.text(), st.text())
def test_no_other_text_fits(one: str, other: str) -> None:
    before = prefix(conversation(), 1, ())
    assert (broken(sign(before, one), before, other) is None) == (one == other)
