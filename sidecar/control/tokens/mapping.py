"""From what a provider says of a caller to the groups that policies know."""

from collections.abc import Mapping

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.model.claims import claim, lines_that_fit, texts
from sidecar.settings.tokens import Source

# A token is sent with every request, in a header; Envoy takes 60 KiB of them.
MOST_GROUPS = 200
LONGEST_GROUP = 200
LONGEST_SUBJECT = 500


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
