"""The headers of an answer, judged like its body: masked where they stand, or reason to refuse it.

Strategy: the values of all headers are one piece, so they are scanned in one pass, and what is written in escapes
(`Set-Cookie: mail=ada%40…`) is read as well. A name that is not usual is somebody's text, and cannot be masked.

Rules:
- Left out is what frames the message or belongs to one hop, and dates and types that are what they say.
- A header that Envoy lets nobody change (`trailer`) cannot be masked either: a rule that minds it refuses.
- Headers have bytes: those that are UTF-8 are read as that, and leave as that.
"""

from collections.abc import Iterator

from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.judgement import judge_escaped, judge_texts
from sidecar.core.model.http import Headers
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.wire.plain.header import FRAMES, UNCHANGEABLE, as_bytes, as_text, says_nothing, usual_name


def judged_headers(session: Session, headers: Headers, place: Place, judged: Judged) -> Headers:
    """Every header whose value changes, with all values of its name. What was found is told to `judged`."""
    read = [(name, as_text(value)) for name, value in headers]
    part = judged.part()
    piece = Piece(place, "header", tuple(_texts(read)))

    def place_of(ordinal: int) -> str:
        return f"header.{read[ordinal // 2][0]}" if ordinal % 2 else "header"

    judge_texts(session, (piece,), "answer", place_of, part)
    judge_escaped(session, (piece,), "answer", place_of, part)
    judged.include(part)
    changed = {read[ordinal // 2][0] for ordinal in part.changes}
    return tuple(
        (name, as_bytes(part.changes[at * 2 + 1]) if at * 2 + 1 in part.changes else headers[at][1])
        for at, (name, _) in enumerate(read)
        if name in changed
    )


def _texts(read: list[tuple[str, str]]) -> Iterator[Text]:
    """Two a header: its name and its value."""
    for at, (name, value) in enumerate(read):
        if name in FRAMES or says_nothing(name, value):
            continue
        if not usual_name(name):
            yield Text(at * 2, name, key=True)
        if value:
            yield Text(at * 2 + 1, value, key=name in UNCHANGEABLE)
