"""An event's bytes are canonical, and its hash is what plain SHA-256 says."""

import json
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.event import NOTHING_BEFORE, assembled, canonical, chained, event

TEXT = st.text(st.characters())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(TEXT, JSON, max_size=4), TEXT, TEXT, TEXT, st.integers(1, 1 << 62))
def test_the_body_is_canonical_and_the_fact_comes_back(
    fact: dict[str, object], chain: str, at: str, kind: str, seq: int
) -> None:
    made = event(NOTHING_BEFORE, chain, seq, at, kind, fact)
    assert made.body == canonical({"at": at, "chain": chain, "fact": fact, "kind": kind, "seq": seq})
    assert made.body == canonical(json.loads(made.body))
    assert made.fact == fact
    assert made.hash == sha256(NOTHING_BEFORE + made.body).digest()


def test_a_chain_of_two_depends_on_the_first() -> None:
    first = event(NOTHING_BEFORE, "gc", 1, "t", "k", {"n": 1})
    second = event(first.hash, "gc", 2, "t", "k", {"n": 2})
    assert second.hash == chained(first.hash, second.body) != chained(NOTHING_BEFORE, second.body)
    assert (second.seq, second.previous) == (2, first.hash)


def test_a_fact_that_is_canonical_already_gives_the_same_event() -> None:
    fact = {"b": "é", "a": [1, None]}
    assert assembled(b"p" * 32, "gc", 3, "t", "k", canonical(fact)) == event(b"p" * 32, "gc", 3, "t", "k", fact)


def test_a_lone_surrogate_stays_its_escape() -> None:
    assert canonical({"a": "x\ud800"}) == b'{"a":"x\\ud800"}'


@pytest.mark.parametrize(("fact", "error"), [({"a": float("inf")}, ValueError), ({"a": b"x"}, TypeError)])
def test_what_json_cannot_carry_raises_at_the_caller(fact: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        event(NOTHING_BEFORE, "gc", 1, "t", "k", fact)


def test_a_fact_that_is_no_object_is_no_fact() -> None:
    with pytest.raises(TypeError, match="object"):
        _ = assembled(NOTHING_BEFORE, "gc", 1, "t", "k", b"[]").fact
