"""A dictionary that keeps within bounds: the least recently used entry goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """At most `entries` of them. `dropped` hears of each entry that had to go, or was taken out."""

    def __init__(self, entries: int, dropped: Callable[[K, V], None] | None = None) -> None:
        self._entries = entries
        self._dropped = dropped
        self._items: OrderedDict[K, V] = OrderedDict()

    def __repr__(self) -> str:
        return f"Shelf({len(self._items)} entries)"

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: K) -> bool:
        return key in self._items

    def get(self, key: K) -> V | None:
        """The value, which now counts as just used."""
        if key not in self._items:
            return None
        self._items.move_to_end(key)
        return self._items[key]

    def put(self, key: K, value: V) -> None:
        if key in self._items:
            self.drop(key)
        self._items[key] = value
        while len(self._items) > self._entries:
            self.drop_oldest()

    def drop(self, key: K) -> None:
        value = self._items.pop(key)
        if self._dropped is not None:
            self._dropped(key, value)

    def drop_oldest(self) -> None:
        self.drop(next(iter(self._items)))

    def items(self) -> Iterator[tuple[K, V]]:
        """Least recently used first."""
        return iter(self._items.items())
