"""A line of a batch's results, read like any other answer."""

import json

import pytest

from sidecar.core.exchange.batch_result import read_result
from sidecar.core.model.place import Place
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.json_strings import strings

MESSAGE = {
    "type": "message",
    "content": [{"type": "text", "text": "one"}, {"type": "tool_use", "name": "Bash", "input": {"command": "two"}}],
}
LINE = {"custom_id": "three", "result": {"before": "four", "message": MESSAGE, "type": "succeeded"}, "after": "five"}


def test_texts_stand_where_they_belong_and_have_their_own_numbers() -> None:
    document = parse(json.dumps(LINE).encode())
    pieces = read_result(document) or ()
    everything = {text.ordinal: text.value for text in strings(document.value)}
    found = {}
    for piece in pieces:
        for text in piece.texts:
            assert everything[text.ordinal] == text.value
            assert text.ordinal not in found
            found[text.ordinal] = (text.value, piece.place)
    places = dict(found.values())
    assert places["one"] is Place.RESPONSE
    assert places["two"] is Place.TOOL_CALL
    assert {places[word] for word in ("three", "four", "five")} == {Place.RESPONSE}


@pytest.mark.parametrize(
    "line", [{}, [], 1, {"result": 1}, {"result": {"type": "expired"}}, {"result": {"message": []}}]
)
def test_a_line_without_a_message(line: object) -> None:
    assert read_result(parse(json.dumps(line).encode())) is None
