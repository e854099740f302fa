"""What a verified token says, and the groups that lines of a configuration make of it.

Rules:
- A pattern is `*` for anything and `?` for one character; everything else is itself, in the same case. It fits the
  whole value: `acme/*` does not fit `evil/acme/app`.
- A name leads to the claim of exactly this name (URL-like names hold dots, as does `kubernetes.io`), else along its
  dots into objects.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mapped:
    """Who has all these claims (name -> glob) is in these groups."""

    where: Mapping[str, str]
    groups: tuple[str, ...]


def claim(claims: object, name: str) -> object:
    """What stands at a name, or nothing."""
    if not isinstance(claims, Mapping):
        return None
    if name in claims:
        return claims[name]
    words = name.split(".")
    heads = (".".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    head = next((one for one in heads if one in claims), None)
    return claim(claims[head], name[len(head) + 1 :]) if head is not None else None


def texts(value: object) -> tuple[str, ...]:
    """One text, or the texts of a list. Numbers and yes or no as JSON writes them: run numbers are numbers."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int):
        return (str(value),)
    if isinstance(value, list | tuple):
        return tuple(text for item in value if not isinstance(item, list | tuple | Mapping) for text in texts(item))
    return ()


def fits(pattern: str, value: str) -> bool:
    wanted = "".join({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(wanted, value, re.DOTALL) is not None


def lines_that_fit(mapped: Iterable[Mapped], claims: Mapping[str, object]) -> tuple[Mapped, ...]:
    return tuple(line for line in mapped if all(_holds(claims, *want) for want in line.where.items()))


def _holds(claims: Mapping[str, object], name: str, pattern: str) -> bool:
    return any(fits(pattern, value) for value in texts(claim(claims, name)))
