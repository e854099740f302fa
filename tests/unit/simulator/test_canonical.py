from collections.abc import Callable

import pytest

from sidecar.simulator.ask import Ask
from sidecar.simulator.canonical import chain, digest, head, message_digest, turns

SAME = [
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "keys in another order"),
    ({"a": 1, "cache_control": {"type": "ephemeral"}}, {"a": 1}, "a cache mark"),
    ([{"a": {"cache_control": {}}}], [{"a": {}}], "a cache mark deep inside"),
    ({"text": "x", "citations": [1]}, {"text": "x", "citations": []}, "citations that the client dropped"),
    ({"n": 5.0}, {"n": 5}, "a number spelled in another way"),
]
DIFFERENT = [
    ({"a": "x"}, {"a": "x "}, "a space at the end"),
    ({"a": 5.5}, {"a": 5}, "another number"),
    ({"a": True}, {"a": "true"}, "another type"),
    ([1, 2], [2, 1], "another order of a list"),
    ({"a": None}, {}, "a key that is gone"),
]


@pytest.mark.parametrize(("one", "other", "note"), SAME)
def test_what_the_model_reads_as_equal_is_equal(one: object, other: object, note: str) -> None:
    assert digest(one) == digest(other), note


@pytest.mark.parametrize(("one", "other", "note"), DIFFERENT)
def test_what_it_reads_as_different_is_not(one: object, other: object, note: str) -> None:
    assert digest(one) != digest(other), note


def test_thinking_is_no_part_of_a_message() -> None:
    said = {"type": "text", "text": "x"}
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    assert message_digest("assistant", [thought, said]) == message_digest("assistant", [said])
    assert message_digest("user", [said]) != message_digest("assistant", [said])


def test_neighbours_of_one_role_are_one_turn(make_ask: Callable[..., Ask]) -> None:
    apart = make_ask("a", "b", ("assistant", "c"))
    joined = make_ask(("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), ("assistant", "c"))
    assert turns(apart.messages) == turns(joined.messages)
    assert [turn.role for turn in turns(apart.messages)] == ["user", "assistant"]


def test_the_head_ignores_the_version_line_and_nothing_else(make_ask: Callable[..., Ask]) -> None:
    billing = {"type": "text", "text": "x-anthropic-billing-header: cc_version=1.2.3;"}
    rest = {"type": "text", "text": "You are an agent."}
    with_line = head(make_ask("hi", system=[billing, rest]))
    without = head(make_ask("hi", system=[rest]))
    other = head(make_ask("hi", system="You are a cat."))
    assert with_line == without != other


def test_a_chain_depends_on_the_order() -> None:
    assert chain(["a", "b"]) != chain(["b", "a"]) != chain(["ab"])
