"""Why no token is given, as RFC 6749 section 5.2 wants it said.

Rules: the sentence is for the person or program that asked. It names what was wrong, never the token it was wrong in.
"""

from enum import StrEnum

from sidecar.core.errors import GatehouseError


class Error(StrEnum):
    """The closed list of RFC 6749, 8628 and 8693."""

    INVALID_REQUEST = "invalid_request"
    INVALID_GRANT = "invalid_grant"
    INVALID_TARGET = "invalid_target"
    UNSUPPORTED_GRANT = "unsupported_grant_type"
    ACCESS_DENIED = "access_denied"
    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED = "expired_token"
    UNAVAILABLE = "temporarily_unavailable"


class TokenRefused(GatehouseError):  # noqa: N818  (an outcome, not a fault)
    """No token. `source` is which provider's proof it was, where that is known."""

    def __init__(
        self, sentence: str, error: Error = Error.INVALID_REQUEST, *, status: int = 400, source: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.error = error
        self.status = status
        self.source = source
