"""The tree against the definition of RFC 9162 written down naively, and proofs that must not fit anything else."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.merkle import EMPTY, Frontier, Tree, consistent, included, leaf_hash, node_hash

LEAVES = [bytes([number]) * 3 for number in range(70)]


def naive(leaves: Sequence[bytes]) -> bytes:
    """Section 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


@pytest.mark.parametrize("count", range(71))
def test_frontier_and_tree_tell_the_root_of_the_definition(count: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:count]:
        frontier.append(leaf)
    assert frontier.root() == Tree(LEAVES[:count]).root() == Tree(LEAVES).root(count) == naive(LEAVES[:count])
    assert frontier.count == count


@settings(max_examples=100)
@given(st.lists(st.integers(0, 9), max_size=12), st.booleans())
def test_many_leaves_at_once_are_the_same_leaves(sizes: list[int], single_first: bool) -> None:
    one, many, start = Frontier(), Frontier(), 0
    for size in sizes:
        some = LEAVES[start : start + size]
        for leaf in some:
            one.append(leaf)
        if single_first and len(some) == 1:
            many.append(some[0])
        else:
            many.extend(some)
        start += size
        assert (many.count, many.root()) == (one.count, one.root())


def test_a_copy_of_a_frontier_grows_alone() -> None:
    frontier = Frontier()
    frontier.append(b"a")
    other = frontier.copy()
    other.append(b"b")
    assert (frontier.root(), other.root()) == (naive([b"a"]), naive([b"a", b"b"]))
    assert Frontier().root() == EMPTY


def test_every_leaf_of_every_size_is_proved_included_and_only_there() -> None:
    tree = Tree(LEAVES)
    for count in range(1, 40):
        root = naive(LEAVES[:count])
        for index in range(count):
            proof = tree.inclusion(index, count)
            assert included(LEAVES[index], index, count, proof, root)
            assert not included(LEAVES[index], index + 1, count, proof, root)
            assert not included(LEAVES[index + 1], index, count, proof, root)
            assert not included(LEAVES[index], index, count, (*proof, root), root)
            assert not proof or not included(LEAVES[index], index, count, proof[1:], root)


def test_every_beginning_of_every_size_is_proved_consistent_and_nothing_else() -> None:
    tree = Tree(LEAVES)
    for second in range(1, 40):
        new = naive(LEAVES[:second])
        for first in range(1, second + 1):
            old, proof = naive(LEAVES[:first]), tree.consistency(first, second)
            assert consistent(first, second, old, new, proof)
            assert not consistent(first, second, leaf_hash(old), new, proof)
            assert not consistent(first, second, old, leaf_hash(new), proof)
            assert not consistent(first, second, old, new, (*proof, old))


@settings(max_examples=100)
@given(st.data())
def test_one_flipped_bit_breaks_a_proof(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 70))
    index, first = data.draw(st.integers(0, count - 1)), data.draw(st.integers(1, count - 1))
    tree = Tree(LEAVES[:count])
    for proof, holds in (
        (tree.inclusion(index), lambda p: included(LEAVES[index], index, count, p, tree.root())),
        (tree.consistency(first), lambda p: consistent(first, count, tree.root(first), tree.root(), p)),
    ):
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[place], "big") ^ (1 << bit)).to_bytes(32, "big")
        assert holds(proof)
        assert not holds((*proof[:place], flipped, *proof[place + 1 :]))


@pytest.mark.parametrize(("index", "count"), [(-1, 3), (3, 3), (0, 0), (0, 71)])
def test_what_is_not_in_the_list_has_no_proof(index: int, count: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        Tree(LEAVES).inclusion(index, count)
    assert not included(b"", index, count, (), EMPTY)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (3, 71)])
def test_what_does_not_come_before_has_no_proof(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="does not come before"):
        Tree(LEAVES).consistency(first, second)
    assert not consistent(first, second, EMPTY, EMPTY, ())


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert Tree([left + right]).root() != node_hash(left, right) == Tree([b"a", b"b"]).root()
    with pytest.raises(ValueError, match="70 leaves"):
        Tree(LEAVES).root(71)
