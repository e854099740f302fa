"""A sealed memory opens whole, for the right key and scope, or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.mask.memory import SessionMemory, Turned
from sidecar.core.mask.sealed import seal, unseal
from sidecar.core.model.session_use import SessionUse

KEY, NONCE, SCOPE = bytes(range(32)), bytes(range(12)), "anna\nsession-1"
P, SHARED, OF_A_SERVER = "[EMAIL_K7Q2M9XA]", "[EMAIL_22222222]", "[ROW_33333333]"


def memory() -> SessionMemory:
    filled = SessionMemory()
    filled.remember_token(P, "anna@example.com")
    filled.remember_token(SHARED, "one")
    filled.remember_token(SHARED, "another")
    filled.remember_token(OF_A_SERVER, "row 7", frozenset({"tickets", "crm-*"}))
    filled.remember_said("hello", "hello")
    filled.remember_said("key [K]\n", "key \ud800🎈\n")
    filled.remember_said("****", "one")
    filled.remember_said("****", "another")
    filled.remember_turned("toolu_1", Turned("Bash", '{"a":1}', "No."))
    return filled


def test_what_was_sealed_comes_back() -> None:
    opened = unseal(seal(memory(), KEY, NONCE, SCOPE), KEY, SCOPE)
    assert opened is not None
    assert [opened.value_of(one) for one in (P, SHARED, "[X_22222222]")] == ["anna@example.com", None, None]
    said = [opened.said(one) for one in ("hello", "key [K]\n", "key [K]", "****", "other")]
    assert said == ["hello", "key \ud800🎈\n", "key \ud800🎈", None, None]
    opened.remember_token(SHARED, "one")
    assert opened.value_of(SHARED) is None, "two values shared it before the restart"
    assert opened.turned_call("toolu_1") == Turned("Bash", '{"a":1}', "No.")
    assert opened.bytes == memory().bytes
    assert opened.tokens.get(OF_A_SERVER) == memory().tokens.get(OF_A_SERVER)
    assert opened.owed_to_agent(OF_A_SERVER) is None


def test_nothing_can_be_read_in_it() -> None:
    blob = seal(memory(), KEY, NONCE, SCOPE)
    assert b"anna" not in blob
    assert b"hello" not in blob
    assert blob.startswith(NONCE)


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=100)
def test_one_changed_byte_is_nothing(place: int, change: int) -> None:
    blob = bytearray(seal(memory(), KEY, NONCE, SCOPE))
    blob[place % len(blob)] ^= change
    assert unseal(bytes(blob), KEY, SCOPE) is None


@given(st.binary(max_size=80))
@settings(max_examples=100)
def test_any_bytes_are_nothing(blob: bytes) -> None:
    assert unseal(blob, KEY, SCOPE) is None


@pytest.mark.parametrize(
    ("key", "scope", "note"),
    [
        (bytes(32), SCOPE, "another key"),
        (KEY[:16], SCOPE, "a short key"),
        (KEY[:5], SCOPE, "a key of no size that is known"),
        (KEY, "bob\nsession-1", "another session"),
        (KEY, "", "no session"),
    ],
)
def test_nobody_else_opens_it(key: bytes, scope: str, note: str) -> None:
    assert unseal(seal(memory(), KEY, NONCE, SCOPE), key, scope) is None, note


@pytest.mark.parametrize("cut", [1, 12, 40])
def test_a_cut_blob_is_nothing(cut: int) -> None:
    assert unseal(seal(memory(), KEY, NONCE, SCOPE)[:-cut], KEY, SCOPE) is None


@pytest.mark.parametrize(("key", "nonce"), [(KEY[:16], NONCE), (KEY, NONCE[:8]), (KEY, bytes(16))])
def test_wrong_sizes_are_a_bug(key: bytes, nonce: bytes) -> None:
    with pytest.raises(ValueError, match="a key of 32 bytes and a nonce of 12"):
        seal(memory(), key, nonce)


def test_what_a_session_used_is_kept_too() -> None:
    memory = SessionMemory()
    memory.remember_use(SessionUse().asked(1.0).called("Bash", ["a.example"]).refused())
    assert memory.changes == 1
    again = unseal(seal(memory, KEY, NONCE), KEY)
    assert again is not None
    assert again.use == memory.use
    assert again.bytes == memory.bytes > 0
