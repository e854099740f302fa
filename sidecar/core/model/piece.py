"""Texts of a message, in the groups in which they repeat from turn to turn."""

from dataclasses import dataclass
from typing import NamedTuple

from sidecar.core.model.place import Place


class Text(NamedTuple):
    """One JSON string of a document, decoded.

    `ordinal` counts every string of the document in order of appearance, keys included, so that its bytes can be
    found again without a second parse. A key is judged but can never be changed. What is no string (a part of an
    address, a number) has an ordinal below 0.

    A tuple, because a request has hundreds: made in 0.2 us, where a frozen dataclass takes 1.4 (`bench/wire.py`).
    """

    ordinal: int
    value: str
    key: bool = False

    def __repr__(self) -> str:
        return f"Text(ordinal={self.ordinal}, {len(self.value)} characters{', key' if self.key else ''})"


@dataclass(frozen=True, slots=True)
class Piece:
    """One block, message or definition: what repeats whole from turn to turn, and so is scanned once.

    `assistant` marks words that the agent says the model said; `tool` is the tool's name where it is known. `names`:
    for each text, the keys above it, where it stands in somebody's own JSON; nothing for a piece without any.
    """

    place: Place
    path: str
    texts: tuple[Text, ...]
    assistant: bool = False
    tool: str | None = None
    names: tuple[tuple[str, ...], ...] = ()
