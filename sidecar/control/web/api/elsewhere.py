"""Operations of the API that other parts answer, for the OpenAPI document: tokens and anchors.

Rule: what is said here is what `sidecar/control/tokens/routes.py` and `sidecar/control/gates/anchor_routes.py` do; a
test compares both with the routes of the whole application.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from sidecar.control.web.api.operations import Operation

FORM, LINES = "application/x-www-form-urlencoded", "application/jsonl"
# RFC 6749, 5.2.
TOKEN_FAILURES = {
    "400": "What was sent does not fit, or the proof is not believed.",
    "413": "This is too much for a request of this kind.",
    "429": "Too many requests from this address.",
    "503": "It could not be recorded, so it was not done.",
}
REVOCATION_FAILURES = {**TOKEN_FAILURES, "401": "Sign in first.", "403": "Only an admin calls tokens back."}
ANCHOR_FAILURES = {
    "400": "That is no checkpoint, or no number.",
    "401": "Only a data plane, by its key.",
    "413": "A checkpoint is shorter.",
    "503": "The database is away.",
}


class TokenError(BaseModel):
    error: str
    error_description: str


class TokenForm(BaseModel):
    """RFC 8693 (exchange), RFC 6749, 6 (refresh), RFC 8628 (device)."""

    grant_type: str
    subject_token: Annotated[str | None, Field(description="For an exchange: what the caller can show.")] = None
    subject_token_type: Annotated[str | None, Field(description="For an exchange: which kind that is.")] = None
    audience: Annotated[str | None, Field(description="Which gate the token is for.")] = None
    refresh_token: Annotated[str | None, Field(description="For a refresh.")] = None
    device_code: Annotated[str | None, Field(description="For a device that a person let in.")] = None


class Granted(BaseModel):
    access_token: str
    issued_token_type: str
    token_type: str
    expires_in: int
    refresh_token: str | None = None


class DeviceForm(BaseModel):
    client_id: Annotated[str | None, Field(description="What the device calls itself.")] = None


class DeviceStarted(BaseModel):
    """RFC 8628, 3.2."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class LogoutForm(BaseModel):
    token: Annotated[str, Field(description="The refresh token whose login ends.")]


class Nothing(BaseModel):
    """An empty object, whether the token was known or not (RFC 7009, 2.2)."""


class Revoke(BaseModel):
    """Exactly one of `id`, `subject` and `session`."""

    id: Annotated[str | None, Field(description="A token's `jti`.")] = None
    subject: Annotated[str | None, Field(description="All tokens of a caller until now.")] = None
    session: Annotated[str | None, Field(description="An agent's session, until it is lifted.")] = None
    reason: Annotated[str | None, Field(description="A sentence that the caller reads.")] = None


class Revoked(BaseModel):
    block: str
    target: str
    value: str


ELSEWHERE: tuple[Operation, ...] = (
    Operation(
        "POST", "/v1/token", "token", "A gate token for what the caller can show, or for a login.", Granted, TokenForm,
        sent=FORM, failures=TOKEN_FAILURES, failure=TokenError,
    ),
    Operation(
        "POST", "/v1/device", "device", "Begin the login of a device without a browser.", DeviceStarted, DeviceForm,
        sent=FORM, failures=TOKEN_FAILURES, failure=TokenError,
    ),
    Operation(
        "POST", "/v1/logout", "logout", "End a login.", Nothing, LogoutForm,
        sent=FORM, failures=TOKEN_FAILURES, failure=TokenError,
    ),
    Operation(
        "POST", "/v1/revocations", "revoke", "Call tokens back; data planes know within two seconds.", Revoked, Revoke,
        failures=REVOCATION_FAILURES, failure=TokenError,
    ),
    Operation(
        "POST", "/v1/anchors", "keep_anchor", "Keep a checkpoint, one line, that a data plane cannot change any more.",
        sent=LINES, status=204, failures=ANCHOR_FAILURES,
    ),
    Operation(
        "GET", "/v1/anchors", "read_anchors", "Checkpoints that were kept, a line each.", kind=LINES,
        query={"chain": "Of this chain; without it the newest of each.", "after": "Beyond this count."},
        failures=ANCHOR_FAILURES,
    ),
)  # fmt: skip
