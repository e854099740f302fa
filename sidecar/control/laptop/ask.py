"""Questions to a token endpoint, ours or a provider's; what goes wrong is one sentence.

Rules: nothing secret over plain HTTP but on this machine. A redirect is not followed: it could carry the proof away.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from sidecar.control.laptop.said import NoToken
from sidecar.settings.loopback import is_loopback

WITHIN = 15.0  # seconds
DISCOVERY = "/.well-known/openid-configuration"


def post(address: str, form: Mapping[str, str]) -> dict[str, object]:
    return _said("POST", address, data=dict(form))


def post_json(address: str, body: Mapping[str, object], bearer: str) -> dict[str, object]:
    return _said("POST", address, json=dict(body), headers={"authorization": f"Bearer {bearer}"})


def discovered(issuer: str) -> dict[str, object]:
    """The metadata of a provider; it must be its own (RFC 8414, 3.3)."""
    found = metadata(issuer)
    if found.get("issuer") != issuer:
        raise NoToken(f"{issuer} answers as another provider.")
    return found


def metadata(address: str) -> dict[str, object]:
    """What stands there, whatever it calls itself: a control plane may issue under another name."""
    return _said("GET", address.rstrip("/") + DISCOVERY)


def _said(method: str, address: str, **options: object) -> dict[str, object]:
    parts = urlsplit(address)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise NoToken(f"{address} is not https: a proof would be sent in the clear.")
    try:
        with httpx.Client(timeout=WITHIN) as http:
            answer = http.request(method, address, **options)  # type: ignore[arg-type]
        said = answer.json()
    except httpx.HTTPError as error:
        raise NoToken(f"{address} cannot be reached: {error or type(error).__name__}") from error
    except ValueError as error:
        raise NoToken(f"{address} answered {answer.status_code}, and not in JSON: is it the right address?") from error
    if not answer.is_success or not isinstance(said, dict):
        raise _refused(answer.status_code, said)
    return said


def _refused(status: int, said: object) -> NoToken:
    fields = said if isinstance(said, dict) else {}
    error = fields.get("error", "")
    if isinstance(error, dict):  # the API's own shape
        return NoToken(str(error.get("message", status)), str(error.get("code", "")))
    return NoToken(str(fields.get("error_description") or error or f"The answer was {status}."), str(error))
