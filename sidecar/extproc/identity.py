"""Who is calling, from what Envoy verified.

Rules: a caller exists only where Envoy's `jwt_authn` put a verified payload. Headers add what is claimed, never who.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.core.model.caller import Caller
from sidecar.core.model.http import Headers, first
from sidecar.extproc.messages import Claims

SESSION_HEADERS = ("x-claude-code-session-id", "x-gatehouse-session")
AGENT_HEADER = "x-gatehouse-agent"
TOKEN, ISSUED = "jti", "iat"  # RFC 7519 section 4.1: by these one token can be called back
# Long enough for a UUID and a name; a claim is written into every event.
CLAIMED_MAX = 200


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims of a provider's tokens name the subject and the groups; dots lead into nested objects."""

    subject: str = "sub"
    groups: str = "groups"


def caller(claims: Claims, headers: Headers, names: Mapping[str, ClaimNames]) -> Caller | None:
    """The caller, or nothing if no configured provider vouched for a subject."""
    for provider, wanted in names.items():
        payload = claims.get(provider)
        subject = _at(payload, wanted.subject)
        if isinstance(subject, str) and subject:
            return Caller(
                subject,
                provider,
                _groups(_at(payload, wanted.groups)),
                _session(headers),
                _claimed(headers, AGENT_HEADER),
                _text(_at(payload, TOKEN)),
                _seconds(_at(payload, ISSUED)),
            )
    return None


def _at(payload: object, path: str) -> object:
    """The claim of exactly this name (URL-like names hold dots, as does `kubernetes.io`), else the nested one."""
    if not isinstance(payload, Mapping):
        return None
    if path in payload:
        return payload[path]
    words = path.split(".")
    heads = (".".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    head = next((one for one in heads if one in payload), None)
    return _at(payload[head], path[len(head) + 1 :]) if head is not None else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _groups(value: object) -> tuple[str, ...]:
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
