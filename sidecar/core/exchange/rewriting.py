"""JSON and bodies with other values in them: strings by their number, and numbers by where they stand.

Rule: a number that is masked becomes a text, so that JSON stays JSON; or one of `LITERALS`, where a rule wants the type
kept. No placeholder is one of those.
"""

from collections.abc import Mapping

from sidecar.core.mask.splice import escaped, spliced
from sidecar.core.wire.json_leaves import Numbers
from sidecar.core.wire.json_spans import replaced_at
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.plain.body import Body, changed

LITERALS = frozenset({"0", "false", "null"})
# Of what was read once already.
_ANY = JsonLimits(bytes=1 << 40)


def rewritten(raw: bytes, changes: Mapping[int, str], numbers: Numbers) -> bytes:
    """`changes` and `numbers` by ordinal. The document was parsed before, so it is valid."""
    # A text in the place of a number would move the count of those behind it: strings first.
    out = spliced(raw, {ordinal: new for ordinal, new in changes.items() if ordinal not in numbers})
    moved = [(numbers[ordinal], _scalar(new)) for ordinal, new in changes.items() if ordinal in numbers]
    return replaced_at(out.decode(), moved).encode() if moved else out


def _scalar(new: str) -> str:
    return new if new in LITERALS else escaped(new).decode()


def rewritten_document(document: JsonDocument, changes: Mapping[int, str], numbers: Numbers) -> JsonDocument:
    return parse(rewritten(document.raw, changes, numbers), _ANY) if changes else document


def rewritten_body(body: Body, changes: Mapping[int, str]) -> bytes:
    return changed(body, changes, rewritten(body.raw, changes, body.numbers) if body.form == "json" else b"")


def written_down(body: Body, shown: Mapping[int, str]) -> JsonDocument:
    """What the record is told of it. `shown`: what stands where something was masked."""
    if body.form == "json":
        return rewritten_document(body.document(), shown, body.numbers)
    return JsonDocument(body.raw, body.told(shown))
