"""One fact, one line."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.record.line import facts, line, payload, written_at

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(st.characters()), JSON, max_size=4), st.text(st.characters()))
def test_any_fact_is_one_canonical_line_and_comes_back(fact: dict[str, object], kind: str) -> None:
    raw = line(7, kind, written_at(0), payload(fact))
    assert raw.count(b"\n") == 1
    whole = json.loads(raw)
    assert whole == {"fact": fact, "kind": kind, "seq": 7, "time": "1970-01-01T00:00:00.000000Z"}
    assert list(whole) == sorted(whole)


def test_a_lone_surrogate_stays_its_escape() -> None:
    assert payload({"a": "x\ud800"}) == b'{"a":"x\\ud800"}'


@pytest.mark.parametrize(("fact", "error"), [({"a": float("inf")}, ValueError), ({"a": b"x"}, TypeError)])
def test_what_is_not_json_is_refused(fact: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        payload(fact)


def test_times_sort_as_text() -> None:
    times = [written_at(seconds) for seconds in (0, 0.5, 1, 1_000_000_000, 1_760_000_000.000001)]
    assert times == sorted(times)


def test_facts_come_in_order_without_a_torn_last_line(tmp_path: Path) -> None:
    (tmp_path / "2.jsonl").write_bytes(b'{"n":3}\n{"n":4')
    (tmp_path / "1.jsonl").write_bytes(b'{"n":1}\n{"n":2}\n')
    (tmp_path / "other.txt").write_bytes(b"no\n")
    assert list(facts(tmp_path)) == [{"n": 1}, {"n": 2}, {"n": 3}]
