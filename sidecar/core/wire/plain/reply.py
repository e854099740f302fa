"""A refusal as any program that speaks HTTP and JSON can read it.

Rules: what a rule refuses is 403, not 400: nothing is wrong with the request, and nobody should mend and repeat it.
"""

import json

from sidecar.core.errors import Refused
from sidecar.core.model.http import Headers


def response(refused: Refused, exchange: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body."""
    error = {"type": refused.code.value, "message": refused.message, "rule": refused.rule, "exchange": exchange}
    body = json.dumps({"error": error}, separators=(",", ":")).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), "x-gatehouse-exchange": exchange}
    if refused.rule is not None:
        headers["x-gatehouse-rule"] = refused.rule
    headers |= {name.lower(): value for name, value in refused.headers.items()}
    status = 403 if refused.status == 400 and refused.rule is not None else refused.status
    return status, tuple(headers.items()), body
