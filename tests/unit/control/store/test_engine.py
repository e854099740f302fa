"""Values go the same way into both databases."""

from sidecar.control.store.engine import plain


def test_a_yes_is_a_one() -> None:
    assert plain((True, False, None, 1.5, "x", 7)) == (1, 0, None, 1.5, "x", 7)
    assert [type(value) for value in plain((True, 2))] == [int, int]


def test_text_that_a_database_refuses_is_made_plain() -> None:
    assert plain(("a\0b", "half \ud83d", "whole \U0001f600")) == ("a\ufffdb", "half ?", "whole \U0001f600")
