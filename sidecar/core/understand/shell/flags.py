"""Options and operands of a command line, the way getopt reads them.

Rules:
- `-rf` is `-r -f`; a long option may be shortened (`--recurs`), as GNU programs allow, so it counts for every name
  that it begins.
- `--` ends the options. Options may follow operands.
- An option that takes a value is known only from the program's own list; others are taken to have none, so that the
  next word stays an operand and is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.core.understand.shell.call import Word


@dataclass(frozen=True, slots=True)
class Flags:
    """`given`: option name without dashes and its value, in order. `operands`: everything else."""

    given: tuple[tuple[str, Word | None], ...]
    operands: tuple[Word, ...]

    def has(self, *names: str) -> bool:
        return any(_means(option, name) for option, _ in self.given for name in names)

    def values(self, *names: str) -> list[Word]:
        return [value for option, value in self.given if value and any(_means(option, name) for name in names)]


def _means(option: str, name: str) -> bool:
    """A shortened long option is meant; one letter is only itself."""
    return option == name or (len(option) > 1 and name.startswith(option) and len(name) > 1)


def flags(
    args: Sequence[Word], valued: frozenset[str] = frozenset(), *, stop: bool = False, long: bool = False
) -> Flags:
    """Read the words after a program's name. `valued`: options that take a value. `stop`: the first operand ends the
    options, as with programs that run others. `long`: one dash begins a long name too (find, terraform, java)."""
    given: list[tuple[str, Word | None]] = []
    operands: list[Word] = []
    at = 0
    while at < len(args):
        word = args[at]
        text = word.text
        at += 1
        if text == "--":
            operands += args[at:]
            break
        if not text.startswith("-") or text == "-":
            operands.append(word)
            if stop:
                operands += args[at:]
                break
            continue
        following = args[at] if at < len(args) else None
        at += _option(text, following, valued, long, given)
    return Flags(tuple(given), tuple(operands))


def _option(
    text: str, following: Word | None, valued: frozenset[str], long: bool, given: list[tuple[str, Word | None]]
) -> int:
    """Read one word of options into `given`; how many further words it took."""
    if text.startswith("--") or (long and len(text) > 2):
        name, equals, value = text.lstrip("-").partition("=")
        if equals:
            given.append((name, Word(value)))
            return 0
        takes = name in valued and following is not None
        given.append((name, following if takes else None))
        return int(takes)
    for index, letter in enumerate(text[1:], 1):
        if letter not in valued:
            given.append((letter, None))
            continue
        rest = text[index + 1 :]
        given.append((letter, Word(rest.removeprefix("=")) if rest else following))
        return int(not rest and following is not None)
    return 0
