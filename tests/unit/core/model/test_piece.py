"""Texts of a message: shown nowhere by accident."""

from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place


def test_a_text_can_be_printed_without_being_told() -> None:
    text = Text(3, "what nobody may read", key=True)
    piece = Piece(Place.PROMPT, "messages[0]", (text,))
    assert "nobody" not in f"{text!r} {text} {piece!r}"
    assert (text.ordinal, text.value, text.key) == (3, "what nobody may read", True)
