import json

import pytest

from sidecar.simulator.reply import dump


@pytest.mark.parametrize(
    ("value", "written", "note"),
    [
        ({"a": "Grüße 🙂"}, '{"a": "Grüße 🙂"}'.encode(), "UTF-8, not escapes"),
        ({"a": "\n"}, b'{"a": "\\n"}', "control characters as JSON wants them"),
        ({"a": "\ud83d"}, b'{"a": "\\ud83d"}', "a lone surrogate has no UTF-8"),
    ],
)
def test_dump(value: object, written: bytes, note: str) -> None:
    assert dump(value) == written, note
    assert json.loads(dump(value)) == value
