"""Our own tokens, read by ourselves: for people and programs that use the API with one.

Rules: the same checks as Envoy's, against the keys in the store; any of our gates' audiences. Whether its owner is
blocked is for whoever asks to look up.
"""

from collections.abc import Callable, Sequence

from sidecar.control.tokens.keys import Keys
from sidecar.control.tokens.keyset import PublicKey, fitting, read_keys
from sidecar.control.tokens.mapping import texts
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.signed import Expected, check, moment, verified
from sidecar.core.model.caller import Caller
from sidecar.settings.tokens import OWN_PROVIDER, Exchange


class Own:
    def __init__(self, settings: Exchange, keys: Keys, now: Callable[[], float]) -> None:
        self._expected = Expected(OWN_PROVIDER, (settings.issuer,), settings.audiences)
        self._keys = keys
        self._now = now

    async def fitting(self, key_id: str | None, algorithm: str) -> Sequence[PublicKey]:
        return fitting(read_keys(await self._keys.jwks()), key_id, algorithm)

    async def caller(self, token: str) -> tuple[Caller, str]:
        """Whose it is, and from which provider he came; a `TokenRefused` for anything else."""
        claims = await verified(token, OWN_PROVIDER, self)
        check(claims, self._expected, self._now())
        subject, source, name = (claims.get(key) for key in ("sub", "idp", "jti"))
        if not isinstance(subject, str) or not isinstance(source, str) or not isinstance(name, str):
            raise TokenRefused("The token does not say whose it is.")
        groups = texts(claims.get("groups"))
        return Caller(subject, OWN_PROVIDER, groups, token=name, issued=moment(claims, "iat")), source
