"""A text with some of its parts replaced."""

from collections.abc import Sequence

from sidecar.core.mask.edit import Edit


def replaced(text: str, edits: Sequence[Edit]) -> str:
    """The text after all edits; the very same object when there are none. Edits that overlap are a bug, and raise."""
    if not edits:
        return text
    data = text.encode("utf-8", "surrogatepass")
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits):
        if not at <= edit.start <= edit.end <= len(data):
            raise ValueError(
                f"edit at {edit.start}-{edit.end} overlaps another or leaves the text of {len(data)} bytes"
            )
        parts += (data[at : edit.start], edit.text.encode("utf-8", "surrogatepass"))
        at = edit.end
    parts.append(data[at:])
    return b"".join(parts).decode("utf-8", "surrogatepass")
