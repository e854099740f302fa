"""The token by which Envoy knows a caller, for connections where it is exchanged.

Strategy: Envoy's own filter takes tokens out once it has verified them. Where a connection exchanges them, and nowhere
else, copies are put beside the request before that (`bootstrap.own_tokens`), of everything that may carry one.

Rules:
- The caller's is the one that says, claim for claim, what Envoy verified of this caller. A copy of anything else the
  client sent is never used. (Its signature is the token endpoint's to check again, and it does.)
- A copy neither reaches the exchange nor goes on to an upstream: its name is one of ours (see `heads`).
"""

import base64
import json
from collections.abc import Mapping

from sidecar.core.model.caller import Caller
from sidecar.core.model.http import Headers
from sidecar.extproc.heads import WORKLOAD
from sidecar.extproc.messages import Claims

# The copy of each header in which a token may come.
COPIES: Mapping[str, str] = {
    "authorization": "x-gatehouse-own-authorization",
    "x-api-key": "x-gatehouse-own-key",
    WORKLOAD: "x-gatehouse-own-workload",
}
_NAMES = frozenset(COPIES.values())


def own_token(headers: Headers, claims: Claims, caller: Caller | None) -> str | None:
    copies = [value for name, value in headers if name in _NAMES]
    verified = claims.get(caller.provider) if copies and caller is not None else None
    if not isinstance(verified, Mapping):
        return None
    wanted, tokens = _plain(verified), (value.removeprefix("Bearer ").strip() for value in copies)
    return next((token for token in tokens if _plain(_payload(token)) == wanted), None)


def _payload(token: str) -> object:
    """Of a JWT (RFC 7519, 3); nothing if it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None


def _plain(value: object) -> object:
    """As Envoy tells of claims: every number is a float."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_plain(one) for one in value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
