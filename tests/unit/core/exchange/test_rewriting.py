"""Values of JSON replaced, and nothing else moved."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange.rewriting import rewritten, rewritten_body, rewritten_document, written_down
from sidecar.core.wire.json_leaves import Leaves
from sidecar.core.wire.json_strict import JsonLimits, parse
from sidecar.core.wire.plain.body import read_body
from tests.unit.core.wire.mcp.test_texts import at
from tests.unit.core.wire.test_json_leaves import VALUES, leaves


def changes(found: Leaves, **wanted: str) -> dict[int, str]:
    return {text.ordinal: wanted[text.value] for text in found.texts if text.value in wanted and not text.key}


def test_a_number_becomes_a_text_and_all_else_keeps_its_bytes() -> None:
    raw = b'{ "a":1 , "b": [ "x", -2.50,true ],"c":"y" }'
    found = leaves(json.loads(raw))
    out = rewritten(raw, changes(found, **{"1": 'o"ne', "-2.5": "two", "true": "yes", "y": "z"}), found.numbers)
    assert out == b'{ "a":"o\\"ne" , "b": [ "x", "two","yes" ],"c":"z" }'
    assert rewritten(raw, {}, found.numbers) == raw
    document = parse(raw)
    assert rewritten_document(document, {}, found.numbers) is document
    assert rewritten_document(document, changes(found, y="z"), {}).value["c"] == "z"  # type: ignore[index,call-overload]


def test_a_number_may_stay_one() -> None:
    raw = b'{"a": 1, "b": [true, 2.5], "c": "0"}'
    found = leaves(json.loads(raw))
    out = rewritten(raw, changes(found, **{"1": "0", "true": "false", "2.5": "null", "0": "null"}), found.numbers)
    assert out == b'{"a": 0, "b": [false, null], "c": "null"}'


@given(VALUES, st.integers(min_value=1, max_value=4))
@settings(max_examples=100, deadline=None)
def test_any_value(value: object, every: int) -> None:
    found = leaves(value)
    chosen = {text.ordinal: f"<{text.ordinal}>" for text in found.texts[::every] if not text.key}
    out = json.loads(rewritten(json.dumps(value).encode(), chosen, found.numbers))
    for text in found.texts:
        path = found.numbers.get(text.ordinal)
        if path is not None:
            assert at(out, path) == chosen.get(text.ordinal, at(value, path))  # type: ignore[arg-type]
    told = [text.value for text in leaves(out).texts if not text.key]
    assert all(new in told for new in chosen.values())


def test_bodies() -> None:
    for kind, raw, out in (
        ("application/json", b'{"a": 7}', b'{"a": "x"}'),
        ("application/x-www-form-urlencoded", b"a=7", b"a=x"),
        ("text/plain", b"7", b"x"),
    ):
        body = read_body(kind, raw, JsonLimits())
        assert body is not None
        chosen = {text.ordinal: "x" for text in body.texts if text.value == "7"}
        assert rewritten_body(body, chosen) == out
        assert "x" in json.dumps(written_down(body, chosen).value)
        assert "7" not in json.dumps(written_down(body, chosen).value)
        assert written_down(body, {}).value == body.value
