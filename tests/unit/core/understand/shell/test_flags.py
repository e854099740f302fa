"""Options and operands."""

import pytest

from sidecar.core.understand.shell.call import Word
from sidecar.core.understand.shell.flags import Flags, flags


def read(line: str, **more: bool) -> Flags:
    return flags([Word(text) for text in line.split()], frozenset({"n", "name"}), **more)


@pytest.mark.parametrize(
    ("line", "options", "operands"),
    [
        ("-rf a", "r f", "a"),
        ("a -r", "r", "a"),
        ("-- -r", "", "-r"),
        ("-n 1 a", "n", "a"),
        ("-n1 a", "n", "a"),
        ("--name x a", "name", "a"),
        ("--name=x a", "name", "a"),
        ("- a", "", "- a"),
    ],
)
def test_what_is_an_option(line: str, options: str, operands: str) -> None:
    found = read(line)
    assert [name for name, _ in found.given] == options.split()
    assert [word.text for word in found.operands] == operands.split()


def test_a_shortened_option_is_meant() -> None:
    assert read("--recurs").has("recursive")
    assert not read("-r").has("recursive")


def test_values() -> None:
    assert [word.text for word in read("-n 1 --name=2").values("n", "name")] == ["1", "2"]


def test_the_first_operand_may_end_the_options() -> None:
    assert [word.text for word in read("-r a -b", stop=True).operands] == ["a", "-b"]


def test_one_dash_may_begin_a_long_name() -> None:
    assert read("-auto-approve", long=True).has("auto-approve")
