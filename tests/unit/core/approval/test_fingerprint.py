"""One call, one fingerprint: change one argument, and an approval fits no more."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.approval.fingerprint import Content, Under, fingerprint, session_key
from sidecar.core.model.caller import Caller

CALLER = Caller("ada", "company", ("engineering",), "s-1", "agent-1")
CONTENT = Content("POST", "/v1/messages?beta=true", b'{"model":"m"}')
UNDER = Under("deploys", "engineering", "d1")
ONE = fingerprint(CALLER, "claude", CONTENT, UNDER)
OF_SESSION = session_key(CALLER, "s-1", "claude", UNDER)


@pytest.mark.parametrize(
    ("other", "note"),
    [
        (fingerprint(replace(CALLER, subject="bob"), "claude", CONTENT, UNDER), "another person"),
        (fingerprint(replace(CALLER, provider="partner"), "claude", CONTENT, UNDER), "another provider's ada"),
        (fingerprint(CALLER, "tickets", CONTENT, UNDER), "another connection"),
        (fingerprint(CALLER, "claude", replace(CONTENT, method="PUT"), UNDER), "another method"),
        (fingerprint(CALLER, "claude", replace(CONTENT, path="/v1/messages"), UNDER), "another path"),
        (fingerprint(CALLER, "claude", replace(CONTENT, body=b'{"model":"n"}'), UNDER), "another body"),
        (fingerprint(CALLER, "claude", replace(CONTENT, body=b""), UNDER), "an empty body"),
        (fingerprint(CALLER, "claude", replace(CONTENT, body=None), UNDER), "no body"),
        (fingerprint(CALLER, "claude", CONTENT, replace(UNDER, rule="others")), "another rule"),
        (fingerprint(CALLER, "claude", CONTENT, replace(UNDER, policy="others")), "another policy"),
        (fingerprint(CALLER, "claude", CONTENT, replace(UNDER, digest="d2")), "other rules in force"),
    ],
)
def test_another_call(other: str, note: str) -> None:
    assert other != ONE, note


def test_the_same_call_again() -> None:
    """Another token, other groups, another claimed agent: the same call of the same caller."""
    again = replace(CALLER, groups=(), claimed_agent=None, claimed_session="s-2", token="t2", issued=9.0)
    assert fingerprint(again, "claude", CONTENT, UNDER) == ONE
    assert len(ONE) == 64


@pytest.mark.parametrize(
    ("other", "note"),
    [
        (session_key(replace(CALLER, subject="bob"), "s-1", "claude", UNDER), "another person"),
        (session_key(replace(CALLER, provider="partner"), "s-1", "claude", UNDER), "another provider's ada"),
        (session_key(CALLER, "s-2", "claude", UNDER), "another session"),
        (session_key(CALLER, None, "claude", UNDER), "no session"),
        (session_key(CALLER, "s-1", "tickets", UNDER), "another connection"),
        (session_key(CALLER, "s-1", "claude", replace(UNDER, rule="others")), "another rule"),
        (session_key(CALLER, "s-1", "claude", replace(UNDER, policy="others")), "another policy"),
        (session_key(CALLER, "s-1", "claude", replace(UNDER, digest="d2")), "other rules in force"),
        (ONE, "a call"),
    ],
)
def test_another_session(other: str, note: str) -> None:
    assert other != OF_SESSION, note


TEXTS = st.text(max_size=6)
CALLS = st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.none() | st.binary(max_size=6), TEXTS, TEXTS, TEXTS)


def of(call: tuple[str, str, str, str, str, bytes | None, str, str, str]) -> str:
    subject, provider, connection, method, path, body, rule, policy, digest = call
    return fingerprint(Caller(subject, provider), connection, Content(method, path, body), Under(rule, policy, digest))


@given(CALLS, CALLS)
@settings(max_examples=200, deadline=None)
def test_equal_only_where_everything_is(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    assert (of(one) == of(other)) == (one == other)


@given(CALLS, st.integers(0, 8), TEXTS)
@settings(max_examples=200, deadline=None)
def test_what_moves_from_one_argument_into_the_next_is_another_call(call: tuple, at: int, text: str) -> None:  # type: ignore[type-arg]
    changed = list(call)
    changed[at] = text.encode() if at == 5 else text
    assert (of(call) == of(tuple(changed))) == (call == tuple(changed))


def test_half_a_surrogate_pair_has_a_fingerprint() -> None:
    assert fingerprint(Caller("\ud800", "p"), "c", CONTENT, UNDER) != fingerprint(Caller("?", "p"), "c", CONTENT, UNDER)
