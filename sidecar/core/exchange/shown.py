"""What the agent has been shown of a streamed answer: where words of our own may stand, should it have to end early.

Rules: only what left counts. The provider may have opened blocks that the agent never heard of, and closed others
that for the agent are still open.
"""

from dataclasses import dataclass, field


@dataclass(slots=True, repr=False)
class Item:
    """A place in the outgoing order. No data: not decided yet. `begins`: the message; `opens`: a block of this index
    and kind; `closes`: the block of this index."""

    data: bytes | None = None
    begins: bool = False
    opens: tuple[int, str] | None = None
    closes: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The block in which words of our own can stand. Not `open`: it has to be begun."""

    index: int
    open: bool


@dataclass(slots=True)
class Shown:
    begun: bool = False
    next: int = 0
    open: dict[int, str] = field(default_factory=dict)

    def left(self, item: Item) -> None:
        """An item is on its way to the agent."""
        self.begun |= item.begins
        if item.opens is not None:
            index, kind = item.opens
            self.open[index] = kind
            self.next = max(self.next, index + 1)
        if item.closes is not None:
            self.open.pop(item.closes, None)

    def speaking(self) -> Spoken | None:
        """Nowhere before the message begins; nor while something else than text is open, which cannot be ended
        legally: half a thinking block has no signature."""
        if not self.begun:
            return None
        if not self.open:
            return Spoken(self.next, False)
        index, kind = next(iter(self.open.items()))
        return Spoken(index, True) if len(self.open) == 1 and kind == "text" else None
