"""The tool calls of an answer that came as one JSON document: found, judged, and replaced where they may not happen.

Strategy: values that change are spliced in by their number first, which moves no structure; then whole blocks are
replaced where they stand. Everything else keeps its bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.core.exchange.calls import Calls, Ruled, Way, as_json
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.tool_call import Called
from sidecar.core.mask.splice import spliced
from sidecar.core.model.piece import Piece
from sidecar.core.wire.claude.answer import Path, messages_in, word
from sidecar.core.wire.claude.blocked import call_block, text_block
from sidecar.core.wire.claude.blocks import given, is_call
from sidecar.core.wire.json_spans import replaced_at
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import JsonValue, path_of


@dataclass(slots=True, repr=False)
class Standing:
    """One call, and where it stands. `changes`: of values in it."""

    path: Path
    ruled: Ruled
    input: JsonValue
    changes: Mapping[int, str] = field(default_factory=dict)


def judged_calls(calls: Calls, document: JsonDocument, pieces: Sequence[Piece]) -> tuple[list[Standing], list[Piece]]:
    """Every call with its verdict, and the pieces that are of none."""
    found, own = [], {_written(path): (path, block) for path, block in _calls(document.value)}
    rest = [piece for piece in pieces if piece.path not in own]
    texts = {piece.path: piece for piece in pieces if piece.path in own}
    for name, (path, block) in own.items():
        judged, kind = Judged(), word(block, "type") or ""
        inside = (texts[name],) if name in texts else ()
        changes = judge_answer(calls.context.session, inside, lambda at: path_of(document.value, at), judged)
        called = Called(kind, word(block, "id"), word(block, "name"), (given(block),))
        found.append(Standing(path, calls.judge(called, judged), given(block), changes))
    for one in found:
        calls.waits(one.ruled, _nothing)
    return found, rest


def settled_calls(calls: Calls, document: JsonDocument, found: Sequence[Standing], changes: Mapping[int, str]) -> bytes:
    """The document as it may leave. `changes`: of what stands in no call."""
    kept, replaced = dict(changes), []
    before, words = calls.left, calls.words
    for one in found:
        way = calls.settle(one.ruled, as_json(one.input))
        if way is Way.PASSES:
            kept |= one.changes
        elif way is not Way.ENDS:
            replaced.append((one.path, as_json(_block(calls, one.ruled, way))))
    if calls.words > words and calls.left == before:
        replaced += [(path, as_json("end_turn")) for path in _ended(document.value)]
    body = spliced(document.raw, kept) if kept else document.raw
    return replaced_at(body.decode(), replaced).encode() if replaced else body


def _block(calls: Calls, ruled: Ruled, way: Way) -> dict[str, object]:
    notice = calls.notice(ruled)
    return call_block(ruled.called.id, notice) if way is Way.RENAMED else text_block(notice)


def _calls(value: JsonValue) -> Iterator[tuple[Path, dict[str, JsonValue]]]:
    """Wherever a client may look for them, also where the other place has some too."""
    for path, message in messages_in(value):
        content = message.get("content")
        for place, block in enumerate(content if isinstance(content, list) else ()):
            if isinstance(block, dict) and is_call(word(block, "type") or ""):
                yield (*path, "content", place), block


def _ended(value: JsonValue) -> list[Path]:
    """Where it says that it ended for its tool calls."""
    return [(*path, "stop_reason") for path, message in messages_in(value) if message.get("stop_reason") == "tool_use"]


def _nothing() -> None:
    """It is settled with the others, when all are decided."""


def _written(path: Path) -> str:
    """As the pieces name it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
