"""What a session remembers: exact, bounded, and silent about its values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.mask import memory as numbers
from sidecar.core.mask.memory import LONGEST_TURNED, Memories, Saying, SessionMemory, Token, Turned

P = "[EMAIL_K7Q2M9XA]"


def test_a_token_gives_its_value_back() -> None:
    memory = SessionMemory()
    assert memory.value_of(P) is None
    memory.remember_token(P, "anna@example.com")
    memory.remember_token(P, "anna@example.com")
    assert memory.value_of(P) == "anna@example.com"


def test_two_values_of_one_placeholder_are_never_put_back() -> None:
    memory = SessionMemory()
    memory.remember_token(P, "anna@example.com")
    memory.remember_token(P, "bob@example.com")
    assert memory.value_of(P) is None
    memory.remember_token(P, "anna@example.com")
    assert memory.value_of(P) is None, "not even when one of them comes again"


@pytest.mark.parametrize(
    ("said", "asked", "answer", "note"),
    [
        ([], "hello", None, "never seen"),
        ([("hello", "hello")], "hello", "hello", "its own words"),
        ([("hello \n", "hello \n")], "hello", "hello", "its own words, cut at the end: as it would be without a gate"),
        ([("key [K]", "key 123")], "key [K]", "key 123", "what was masked comes back"),
        ([("key [K]\n", "key 123\n")], "key [K]\n", "key 123\n", "white space and all"),
        ([("key [K]\n", "key 123\n")], "key [K]", "key 123", "the agent cut the end: so it would have done"),
        ([("key [K]", "key 123\n")], "key [K]", "key 123\n", "the mask had swallowed the end"),
        ([("key [K]", "key 123")], "key [K]\n", "key 123\n", "the agent added to the end"),
        ([("key [K]", "key 123")], " key [K]", None, "other words"),
        ([("", "")], "", "", "nothing was said"),
        ([("****", "secret"), ("****", "secret")], "****", "secret", "said twice"),
        ([("****", "secret"), ("****", "other")], "****", None, "two sayings in the same words: neither"),
        ([("****", "secret"), ("****", "****")], "****", None, "also when one of them was literal"),
        ([("****", "****"), ("****", "secret")], "****", None, "in any order"),
        ([("****", "a"), ("****", "b"), ("****", "a")], "****", None, "for good"),
        ([("[K]\n", "1\n"), ("[K]", "1")], "[K]\n", "1\n", "the same saying with and without its end"),
        ([("[K]", "1\n"), ("[K]", "1")], "[K]", None, "which of the two ends was it"),
        ([("ok \n", "ok \n"), ("ok", "ok")], "ok\n", "ok\n", "literal, whatever the end"),
        ([("a\ud800", "b")], "a\ud800", "b", "half a surrogate pair is a string too"),
    ],
)
def test_said(said: list[tuple[str, str]], asked: str, answer: str | None, note: str) -> None:
    memory = SessionMemory()
    for delivered, original in said:
        memory.remember_said(delivered, original)
    assert memory.said(asked) == answer, note


def test_a_call_that_the_agent_got_under_another_name() -> None:
    memory, call = SessionMemory(), Turned("Bash", '{"command":"rm"}', "Not that.")
    before = memory.bytes
    memory.remember_turned("toolu_1", call)
    memory.remember_turned("toolu_1", call)
    assert memory.turned_call("toolu_1") == call
    assert memory.turned_call("toolu_2") is None
    assert memory.bytes > before
    assert "command" not in repr(call)
    memory.remember_turned("toolu_1", Turned("Bash", "{}", "Not that."))
    assert memory.turned_call("toolu_1") is None, "two calls of one identifier: nobody knows which"
    memory.remember_turned("toolu_3", Turned("Write", "x" * (LONGEST_TURNED + 1), ""))
    assert memory.turned_call("toolu_3") is None, "too long to be kept"


def test_what_was_judged_is_found_again() -> None:
    memory = SessionMemory()
    found = object()
    assert memory.judged(b"digest") is None
    memory.remember_judged(b"digest", found)
    assert memory.judged(b"digest") is found


def test_repr_shows_no_value() -> None:
    memory = SessionMemory()
    memory.remember_token(P, "anna@example.com")
    memory.remember_said("[K]", "hunter2")
    memories = Memories()
    memories.adopt("scope", memory)
    shown = repr((memory, memories, Token("anna@example.com"), Saying("hunter2"), memory.tokens, memory.sayings))
    assert "anna" not in shown
    assert "hunter2" not in shown
    assert shown.startswith("(SessionMemory(1 tokens, 1 sayings, ")


def test_a_session_keeps_within_its_bytes_and_forgets_what_it_can_find_again_first() -> None:
    memory = SessionMemory(most_bytes=4000)
    memory.remember_token(P, "anna@example.com")
    memory.remember_judged(b"digest", ())
    memory.remember_said("[A]", "a" * 1000)
    memory.remember_said("[B]", "b" * 1000)
    memory.remember_said("[C]", "c" * 2000)
    assert memory.bytes <= 4000
    assert memory.judged(b"digest") is None
    assert [memory.said(delivered) is not None for delivered in ("[A]", "[B]", "[C]")] == [False, True, True]
    assert memory.value_of(P) == "anna@example.com"


def test_a_saying_larger_than_the_memory_is_not_kept() -> None:
    memory = SessionMemory(most_bytes=4000)
    memory.remember_said("[A]", "a" * 5000)
    assert (memory.said("[A]"), memory.bytes) == (None, 0)


@pytest.mark.parametrize(
    ("most", "remember", "note"),
    [
        (numbers.MOST_TOKENS, lambda memory, at: memory.remember_token(str(at), "v"), "tokens"),
        (numbers.MOST_SAID, lambda memory, at: memory.remember_said(str(at), str(at)), "sayings"),
        (numbers.MOST_JUDGED, lambda memory, at: memory.remember_judged(str(at).encode(), None), "judged"),
    ],
)
def test_every_shelf_is_bounded(most: int, remember, note: str) -> None:
    memory = SessionMemory(most_bytes=1 << 30)
    for at in range(most):
        remember(memory, at)
    full = memory.bytes
    for at in range(most, most + 50):
        remember(memory, at)
    assert full <= memory.bytes <= full + 50 * 10, note


actions = st.one_of(
    st.tuples(st.just("token"), st.integers(0, 5), st.integers(0, 2000)),
    st.tuples(st.just("said"), st.integers(0, 5), st.integers(0, 2000)),
    st.tuples(st.just("judged"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("turn"), st.integers(0, 3), st.just(0)),
)


@given(st.lists(actions, max_size=40))
@settings(max_examples=150)
def test_the_account_is_always_right(happened: list[tuple[str, int, int]]) -> None:
    memories = Memories(most_bytes=9000, most_sessions=3)
    held = [memories.of("0")]
    for what, at, size in happened:
        memory = held[at % len(held)]
        if what == "token":
            memory.remember_token(f"[P_{at}]", "v" * size)
        elif what == "said":
            memory.remember_said(f"[{at}]", "w" * size)
        elif what == "judged":
            memory.remember_judged(bytes([at]), ())
        else:
            held.append(memories.of(str(at)))
        live = {id(m): m for m in (memories.of(str(s)) for s in range(4) if memories.known(str(s)))}.values()
        assert memories.bytes == sum(one.bytes for one in live)
        assert memories.bytes <= 9000 or len(memories) == 1
        assert len(memories) <= 3


def test_sessions_are_strangers() -> None:
    memories = Memories()
    assert not memories.known("anna")
    memories.of("anna").remember_token(P, "anna@example.com")
    assert memories.known("anna")
    assert memories.of("anna").value_of(P) == "anna@example.com"
    assert memories.of("bob").value_of(P) is None


def test_the_session_least_recently_used_goes_first() -> None:
    memories = Memories(most_sessions=2)
    first = memories.of("first")
    memories.of("second")
    memories.of("first")
    memories.of("third")
    assert [memories.known(scope) for scope in ("first", "second", "third")] == [True, False, True]
    assert memories.of("first") is first


def test_the_only_session_is_never_forgotten() -> None:
    memories = Memories(most_bytes=1000)
    memories.of("first").remember_said("[K]", "k" * 2000)
    assert memories.of("first").said("[K]") == "k" * 2000
    memories.of("second").remember_token(P, "anna@example.com")
    assert [memories.known(scope) for scope in ("first", "second")] == [False, True]


def test_a_session_that_was_forgotten_while_in_use_works_on_and_costs_nothing() -> None:
    memories = Memories(most_sessions=1)
    forgotten = memories.of("first")
    forgotten.remember_token(P, "anna@example.com")
    memories.of("second")
    assert memories.bytes == 0
    forgotten.remember_said("[K]", "123")
    assert (forgotten.value_of(P), forgotten.said("[K]"), memories.bytes) == ("anna@example.com", "123", 0)
