"""A bounded dictionary: the least recently used entry goes first."""

from sidecar.core.mask.shelf import Shelf


def test_the_least_recently_used_goes_first() -> None:
    dropped: list[tuple[str, int]] = []
    shelf: Shelf[str, int] = Shelf(2, lambda key, value: dropped.append((key, value)))
    shelf.put("a", 1)
    shelf.put("b", 2)
    assert shelf.get("a") == 1
    shelf.put("c", 3)
    assert dropped == [("b", 2)]
    assert ("a" in shelf, "b" in shelf, "c" in shelf) == (True, False, True)
    assert list(shelf.items()) == [("a", 1), ("c", 3)]


def test_a_new_value_takes_the_place_of_the_old_one() -> None:
    dropped: list[tuple[str, int]] = []
    shelf: Shelf[str, int] = Shelf(2, lambda key, value: dropped.append((key, value)))
    shelf.put("a", 1)
    shelf.put("a", 2)
    assert (dropped, shelf.get("a"), len(shelf)) == ([("a", 1)], 2, 1)


def test_what_is_not_there() -> None:
    shelf: Shelf[str, int] = Shelf(2)
    assert shelf.get("a") is None


def test_repr_shows_no_value() -> None:
    shelf: Shelf[str, str] = Shelf(2)
    shelf.put("a", "the secret")
    assert repr(shelf) == "Shelf(1 entries)"
