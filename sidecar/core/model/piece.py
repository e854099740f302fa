"""Texts of a message, in the groups in which they repeat from turn to turn."""

from dataclasses import dataclass

from sidecar.core.model.place import Place


@dataclass(frozen=True, slots=True)
class Text:
    """One JSON string of a document, decoded.

    `ordinal` counts every string of the document in order of appearance, keys included, so that its bytes can be
    found again without a second parse. A key is judged but can never be changed.
    """

    ordinal: int
    value: str
    key: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One block, message or definition: what repeats whole from turn to turn, and so is scanned once.

    `assistant` marks words that the agent says the model said; `tool` is the tool's name where it is known.
    """

    place: Place
    path: str
    texts: tuple[Text, ...]
    assistant: bool = False
    tool: str | None = None
