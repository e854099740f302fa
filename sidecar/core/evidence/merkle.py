"""The Merkle tree of RFC 9162, section 2.1: one hash that stands for a list, and short proofs about it.

    empty list   SHA256("")
    leaf         SHA256(0x00 || data)
    node         SHA256(0x01 || left || right), split at the largest power of two below the count

Strategy: who writes keeps a `Frontier`, at most one hash for each bit of the count. Who proves holds a `Tree`: every
complete subtree is hashed once, so that a proof costs a few look-ups and not the whole list again.

Rules:
- Leaf and node differ in their first byte: without it a node could be passed off as a leaf.
- A proof that is too short, too long or about an index outside the list is false, never an exception.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
Proof = tuple[bytes, ...]


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to append and to tell the root."""

    __slots__ = ("_edge", "count")

    def __init__(self, count: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.count = count
        self._edge = list(edge)

    def append(self, data: bytes) -> None:
        grown, rest = leaf_hash(data), self.count
        while rest & 1:
            grown, rest = node_hash(self._edge.pop(), grown), rest >> 1
        self._edge.append(grown)
        self.count += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """As many `append`s would, in half the time: level by level, each in one go."""
        level = [sha256(b"\x00" + data).digest() for data in leaves]
        self.count += len(level)
        # What is left over at each height, the smallest first; `rest` counts what stood there before, in such subtrees.
        rest, left_over = self.count - len(level), []
        while level:
            if rest & 1:
                level.insert(0, self._edge.pop())
            if len(level) & 1:
                left_over.append(level.pop())
            nodes = zip(level[::2], level[1::2], strict=True)
            level, rest = [sha256(b"\x01" + left + right).digest() for left, right in nodes], rest >> 1
        self._edge += reversed(left_over)

    def root(self) -> bytes:
        if not self._edge:
            return EMPTY
        *rest, root = self._edge
        for left in reversed(rest):
            root = node_hash(left, root)
        return root

    def copy(self) -> "Frontier":
        return Frontier(self.count, self._edge)


class Tree:
    """All of a list. Level k holds the hashes of the complete subtrees of 2**k leaves."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf_hash(data) for data in leaves]
        self.count = len(level)
        self._levels = [level]
        while len(level) > 1:
            level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
            self._levels.append(level)

    def root(self, count: int | None = None) -> bytes:
        """Of the whole list, or of its first `count`."""
        upto = self.count if count is None else count
        if not 0 <= upto <= self.count:
            raise ValueError(f"there are {self.count} leaves, not {upto}")
        return self._over(0, upto) if upto else EMPTY

    def inclusion(self, index: int, count: int | None = None) -> Proof:
        """That leaf `index` is in the list of the first `count` (2.1.3.1)."""
        upto = self.count if count is None else count
        if not 0 <= index < upto <= self.count:
            raise ValueError(f"no leaf {index} among {upto} of {self.count}")
        proof, start, end = [], 0, upto
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(start, middle))
                start = middle
        return tuple(reversed(proof))

    def consistency(self, first: int, second: int | None = None) -> Proof:
        """That the list of `second` begins with the list of `first` (2.1.4.1)."""
        upto = self.count if second is None else second
        if not 0 < first <= upto <= self.count:
            raise ValueError(f"{first} does not come before {upto} of {self.count}")
        proof, start, end, whole = [], 0, upto, True
        while first != end:
            middle = start + _split(end - start)
            if first <= middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(start, middle))
                start, whole = middle, False
        known = () if whole else (self._over(start, end),)
        return (*known, *reversed(proof))

    def _over(self, start: int, end: int) -> bytes:
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(size)
        return node_hash(self._over(start, middle), self._over(middle, end))


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def included(data: bytes, index: int, count: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that this is leaf `index` of the `count` under the root (2.1.3.2)."""
    if not 0 <= index < count:
        return False
    place, last, made = index, count - 1, leaf_hash(data)
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            made = node_hash(sibling, made)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and made == root


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the list of `second` begins with the list of `first` (2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    # A first list of a power of two is a subtree of the second: its root opens the proof and is left out of it.
    steps = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
