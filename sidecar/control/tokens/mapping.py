"""From what a provider says of a caller to the groups that policies know.

Rules:
- A pattern is `*` for anything and `?` for one character; everything else is itself, in the same case. It fits the
  whole value: `acme/*` does not fit `evil/acme/app`.
- A name leads to the claim of exactly this name (URL-like names hold dots), else along its dots into objects.
"""

import re
from collections.abc import Iterable, Mapping

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.settings.tokens import Mapped, Source

# A token is sent with every request, in a header; Envoy takes 60 KiB of them.
MOST_GROUPS = 200
LONGEST_GROUP = 200
LONGEST_SUBJECT = 500


def claim(claims: object, name: str) -> object:
    """What stands at a name, or nothing."""
    if not isinstance(claims, Mapping):
        return None
    if name in claims:
        return claims[name]
    head, dot, rest = name.partition(".")
    return claim(claims.get(head), rest) if dot else None


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


def groups(source: Source, claims: Mapping[str, object], *, must_fit: bool = False) -> tuple[str, ...]:
    """The caller's groups. `must_fit`: a caller that no line speaks of is turned away."""
    fitting = lines_that_fit(source.mapped, claims)
    if must_fit and not fitting:
        raise TokenRefused(
            f"No line under `map` of {source.name} fits this caller's claims: it is not meant to come in.",
            source=source.name,
        )
    own = (group for name in source.groups for group in texts(claim(claims, name)) if group.isprintable())
    mine = (group for line in fitting for group in line.groups)
    found = tuple(dict.fromkeys((*own, *mine)))
    if len(found) > MOST_GROUPS or any(len(group) > LONGEST_GROUP for group in found):
        raise TokenRefused(
            f"This caller is in more groups than a token can carry ({MOST_GROUPS} at most): "
            f"let {source.name} send only those that matter, or set `groups: []` and use `map`.",
            source=source.name,
        )
    return found


def subject(source: Source, claims: Mapping[str, object]) -> str:
    """Who it is, or a refusal: nobody is called nothing."""
    value = claim(claims, source.subject)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > LONGEST_SUBJECT:
        raise TokenRefused(
            f"The proof of {source.name} does not say who the caller is: no usable {source.subject!r}.",
            source=source.name,
        )
    return source.prefix + value
