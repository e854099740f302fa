"""What a token endpoint is asked, and what its answer means.

Rules:
- Of an error only the code is told, and only one of those that the standards name: what else an endpoint writes may
  repeat what it was sent.
- A token goes into a header: what could not stand in one is no token.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote_plus

from sidecar.core.errors import GatehouseError
from sidecar.core.model.http import Headers
from sidecar.credentials.secret import Secret
from sidecar.settings.oauth import ClientAuth, OAuth

CLIENT = "client_credentials"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_TYPE = "urn:ietf:params:oauth:token-type:"  # noqa: S105  (RFC 8693, 3)
# RFC 6749, 5.1 only recommends that an endpoint says how long its token lasts.
USUALLY_LASTS = 300.0
LONGEST = 86_400.0
_TOKEN = re.compile(r"[!-~]{1,16384}")
_LATER = frozenset({408, 425, 429})

# RFC 6749, 5.2; RFC 8693, 2.2.2; RFC 8707, 2. What to do about each.
REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "invalid_client": "check client_id, client_secret or client_key, and auth",
        "unauthorized_client": "it does not let this client use this grant",
        "unsupported_grant_type": "it does not know this grant",
        "invalid_scope": "check scopes",
        "invalid_target": "check audience and resource",
        "invalid_request": "check what the connection's oauth asks for, and subject_type",
        "invalid_grant": "it does not take the token that it was shown",
        "access_denied": "it does not allow this",
        "server_error": "something is wrong there",
        "temporarily_unavailable": "it is busy",
    }
)


class NoToken(GatehouseError):  # noqa: N818  (named for what is the matter)
    """There is no token; the message says why, and holds nothing that anybody sent. `lasting`: asking again will not
    help before somebody changes something. `outcome`: as it is counted."""

    def __init__(self, why: str, *, lasting: bool, outcome: str) -> None:
        super().__init__(why)
        self.lasting = lasting
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Grant:
    """`lasts`: for so many seconds from when it was asked for."""

    token: Secret
    lasts: float


def request(
    oauth: OAuth, secret: Secret, subject: Secret | None, assertion: str | None = None
) -> tuple[dict[str, str], Headers]:
    """The form to send, and the headers beside it. `assertion`: proves the client instead of its secret."""
    form = {"grant_type": CLIENT if oauth.exchange is None else EXCHANGE}
    if subject is not None and oauth.exchange is not None:
        form |= {"subject_token": subject.reveal(), "subject_token_type": TOKEN_TYPE + oauth.exchange.value}
        form |= {"requested_token_type": TOKEN_TYPE + "access_token"}
    wished = {"scope": " ".join(oauth.scopes), "audience": oauth.audience, "resource": oauth.resource}
    form |= {name: value for name, value in wished.items() if value}
    if assertion is not None:
        return {**form, "client_assertion_type": ASSERTION, "client_assertion": assertion}, ()
    if oauth.auth is ClientAuth.POST:
        return {**form, "client_id": oauth.client_id, "client_secret": secret.reveal()}, ()
    # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
    pair = f"{quote_plus(oauth.client_id)}:{quote_plus(secret.reveal())}"
    return form, (("authorization", "Basic " + base64.b64encode(pair.encode()).decode()),)


def read_grant(status: int, body: bytes) -> Grant:
    """The token in an answer, or `NoToken`."""
    if 300 <= status < 400:
        raise NoToken(
            "the token endpoint sends the gate elsewhere: set token_url to the final address",
            lasting=True,
            outcome="refused",
        )
    said = _object(body)
    if status != 200:
        raise _refused(status, said)
    token, kind = said.get("access_token"), said.get("token_type")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise _malformed("holds no access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _malformed("is not about a token of type Bearer")
    return Grant(Secret(token), _lasts(said.get("expires_in")))


def _object(body: bytes) -> Mapping[str, object]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _refused(status: int, said: Mapping[str, object]) -> NoToken:
    code = said.get("error")
    remedy = REMEDIES.get(code) if isinstance(code, str) else None
    if status >= 500 or status in _LATER:
        return NoToken(f"the token endpoint answers {status}", lasting=False, outcome="unreachable")
    told = f"{code}: {remedy}" if remedy else f"it answers {status}"
    return NoToken(f"the token endpoint gives none ({told})", lasting=True, outcome="refused")


def _malformed(what: str) -> NoToken:
    return NoToken(f"the answer of the token endpoint {what}", lasting=True, outcome="malformed")


def _lasts(said: object) -> float:
    """Some endpoints write the number as text."""
    try:
        seconds = float(said) if isinstance(said, int | float | str) and not isinstance(said, bool) else USUALLY_LASTS
    except (ValueError, OverflowError):
        return USUALLY_LASTS
    return min(max(seconds, 0.0), LONGEST) if seconds == seconds else USUALLY_LASTS  # noqa: PLR0124  (not a number)
