"""Where words of our own may stand, after what the agent has seen."""

import pytest

from sidecar.core.exchange.shown import Item, Shown, Spoken

BEGINS = Item(b"", begins=True)


def opens(index: int, kind: str) -> Item:
    return Item(b"", opens=(index, kind))


def closes(index: int) -> Item:
    return Item(b"", closes=index)


@pytest.mark.parametrize(
    ("note", "items", "spoken"),
    [
        ("nothing was shown", [], None),
        ("a block without a message", [opens(0, "text")], None),
        ("an empty message", [BEGINS], Spoken(0, False)),
        ("an open text", [BEGINS, opens(0, "text")], Spoken(0, True)),
        ("a closed text", [BEGINS, opens(0, "text"), closes(0)], Spoken(1, False)),
        ("open thinking", [BEGINS, opens(0, "thinking")], None),
        ("a text after thinking", [BEGINS, opens(0, "thinking"), closes(0), opens(1, "text")], Spoken(1, True)),
        ("two open at once", [BEGINS, opens(0, "text"), opens(1, "text")], None),
        ("indexes with a gap", [BEGINS, opens(4, "text"), closes(4)], Spoken(5, False)),
        ("a stop of what never began", [BEGINS, closes(3)], Spoken(0, False)),
    ],
)
def test_speaking(note: str, items: list[Item], spoken: Spoken | None) -> None:
    shown = Shown()
    for item in items:
        shown.left(item)
    assert shown.speaking() == spoken
