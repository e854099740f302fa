"""Who is calling, from what Envoy verified.

Rules: a caller exists only where Envoy's `jwt_authn` put a verified payload. Headers add what is claimed, never who.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.core.model.caller import Caller
from sidecar.core.model.claims import Mapped, claim, lines_that_fit
from sidecar.core.model.http import Headers, first
from sidecar.extproc.messages import Claims

SESSION_HEADERS = ("x-claude-code-session-id", "x-gatehouse-session")
AGENT_HEADER = "x-gatehouse-agent"
TOKEN, ISSUED = "jti", "iat"  # RFC 7519 section 4.1: by these one token can be called back
# Long enough for a UUID and a name; a claim is written into every event.
CLAIMED_MAX = 200


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims of a provider's tokens name the subject and the groups; dots lead into nested objects. `mapped`:
    groups that other claims make. `pod`: it vouches for the pod, not for the person behind the agent."""

    subject: str = "sub"
    groups: str = "groups"
    mapped: tuple[Mapped, ...] = ()
    pod: bool = False


def caller(claims: Claims, headers: Headers, names: Mapping[str, ClaimNames]) -> Caller | None:
    """The caller, or nothing if no configured provider vouched for a subject. A person comes before the pod."""
    vouched = [(name, subject) for name, wanted in names.items() if (subject := _subject(claims, name, wanted))]
    vouched.sort(key=lambda found: names[found[0]].pod)
    if not vouched:
        return None
    (provider, subject), wanted = vouched[0], names[vouched[0][0]]
    payload = claims[provider]
    if not isinstance(payload, Mapping):  # a subject stood in it
        return None
    return Caller(
        subject,
        provider,
        _groups(payload, wanted),
        _session(headers),
        _claimed(headers, AGENT_HEADER),
        _text(claim(payload, TOKEN)),
        _seconds(claim(payload, ISSUED)),
        workload=next((subject for name, subject in vouched if names[name].pod), None),
    )


def _subject(claims: Claims, provider: str, wanted: ClaimNames) -> str | None:
    return _text(claim(claims.get(provider), wanted.subject))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _groups(payload: Mapping[str, object], wanted: ClaimNames) -> tuple[str, ...]:
    mapped = (group for line in lines_that_fit(wanted.mapped, payload) for group in line.groups)
    return tuple(dict.fromkeys((*_named(claim(payload, wanted.groups)), *mapped)))


def _named(value: object) -> tuple[str, ...]:
    """A list of names, or one string with names between spaces or commas."""
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    if isinstance(value, tuple | list):
        return tuple(item for item in value if isinstance(item, str) and item)
    return ()


def _session(headers: Headers) -> str | None:
    return next((claim for name in SESSION_HEADERS if (claim := _claimed(headers, name))), None)


def _claimed(headers: Headers, name: str) -> str | None:
    value = (first(headers, name) or "").strip()
    return value if 0 < len(value) <= CLAIMED_MAX and value.isprintable() else None
