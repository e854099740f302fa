"""One line of a batch's results: a message inside an envelope.

Rule: the message is read like any other answer, so that what it calls is judged as a tool call; the envelope is text.
"""

from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.answer import read_message
from sidecar.core.wire.claude.gather import Cursor
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import count, ordinal_of, texts_of

WAY = ("result", "message")


def read_result(document: JsonDocument) -> tuple[Piece, ...] | None:
    """The pieces of a line, or nothing if it holds no message (an error, say)."""
    line = document.value
    result = line.get("result") if isinstance(line, dict) else None
    message = result.get("message") if isinstance(result, dict) else None
    if not isinstance(message, dict):
        return None
    cursor = Cursor()
    cursor.ordinal = begin = ordinal_of(line, WAY)
    read_message(cursor, message)
    inside = range(begin, begin + count(message))
    around = tuple(text for text in texts_of(line) if text.ordinal not in inside)
    return (*cursor.pieces, Piece(Place.RESPONSE, "", around))
