"""Our own tokens, read by ourselves: for people and programs that use the API with one.

Rules: the same checks as Envoy's, against the keys in the store. What it is good for follows from its audience: a
gate's says who somebody is, and only the control plane's own lets them act. Whether its owner is blocked is for whoever
asks to look up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sidecar.control.tokens.keys import Keys
from sidecar.control.tokens.keyset import PublicKey, fitting, read_keys
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.signed import Expected, check, moment, verified
from sidecar.core.model.caller import Caller
from sidecar.core.model.claims import texts
from sidecar.settings.tokens import CONTROL_AUDIENCE, OWN_PROVIDER, Exchange


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose a token is, and which provider vouched for them. `acts`: it is for people's acts, not for a gate;
    `groups_at`: when the provider last said so."""

    caller: Caller
    provider: str
    acts: bool = False
    groups_at: float = 0.0


class Own:
    def __init__(self, settings: Exchange, keys: Keys, now: Callable[[], float]) -> None:
        self._expected = Expected(OWN_PROVIDER, (settings.issuer,), (*settings.audiences, CONTROL_AUDIENCE))
        self._keys = keys
        self._now = now

    async def fitting(self, key_id: str | None, algorithm: str) -> Sequence[PublicKey]:
        return fitting(read_keys(await self._keys.jwks()), key_id, algorithm)

    async def caller(self, token: str) -> Bearer:
        """Whose it is and what it is good for; a `TokenRefused` for anything else."""
        claims = await verified(token, OWN_PROVIDER, self)
        check(claims, self._expected, self._now())
        subject, source, name = (claims.get(key) for key in ("sub", "idp", "jti"))
        if not isinstance(subject, str) or not isinstance(source, str) or not isinstance(name, str):
            raise TokenRefused("The token does not say whose it is.")
        caller = Caller(subject, OWN_PROVIDER, texts(claims.get("groups")), token=name, issued=moment(claims, "iat"))
        acts = claims.get("aud") == CONTROL_AUDIENCE
        return Bearer(caller, source, acts, moment(claims, "groups_at") or 0.0)
