"""The token endpoint: RFC 8693 exchange, refreshing a login (RFC 6749, 6), and a device's question (RFC 8628).

Strategy: a table of grants. Each ends with who the caller is proven to be; what follows is the same for all: is he
blocked, was this proof shown before, then a token.

Rules:
- Everything that is given out or refused is written down; a device that waits is neither.
- A proof made before its owner's tokens were called back opens nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sidecar.control.desk.blocks import Blocks
from sidecar.control.store.store import Store
from sidecar.control.tokens.device import Devices, Waiting
from sidecar.control.tokens.issue import Issued, Issuer, digest
from sidecar.control.tokens.logins import Logins, Refreshed
from sidecar.control.tokens.proofs import ID_TOKEN, JWTS, TYPE, TYPES, Proofs
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.control.trail import Trail
from sidecar.core.model.block import Target
from sidecar.core.model.caller import Caller
from sidecar.settings.tokens import CONTROL_AUDIENCE, OWN_PROVIDER

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH = "refresh_token"
ISSUED_TYPE = f"{TYPE}access_token"
# Not worth a line in the record: the device asks every five seconds.
QUIET = frozenset({Error.PENDING, Error.SLOW_DOWN})
# Blocks that are about who somebody is; the others are about what a call does.
OF_CALLERS = frozenset({Target.SUBJECT, Target.TOKEN})
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the endpoint is made of."""

    store: Store
    proofs: Proofs
    issuer: Issuer
    devices: Devices
    logins: Logins
    trail: Trail
    blocks: Blocks
    now: Callable[[], float]


class Exchange:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._grants: Mapping[str, Callable[[Form], Awaitable[Issued]]] = {
            EXCHANGE: self._exchange,
            REFRESH: self._refresh,
            DEVICE: self._device,
        }

    async def token(self, form: Form, address: str) -> Issued:
        """A token, or a `TokenRefused` that is written down."""
        try:
            grant = self._grants.get(_needed(form, "grant_type"))
            if grant is None:
                known = ", ".join(self._grants)
                raise TokenRefused(f"This grant_type is not known; known are {known}.", Error.UNSUPPORTED_GRANT)
            return await grant(form)
        except TokenRefused as refused:
            if refused.error not in QUIET:
                fact = {"error": refused.error.value, "why": refused.sentence, "provider": refused.source}
                await self._parts.trail.record("token_refused", {**fact, "address": address})
            raise

    async def _exchange(self, form: Form) -> Issued:
        kind = _needed(form, "subject_token_type")
        if kind not in TYPES:
            raise TokenRefused(f"This subject_token_type is not known; known are {', '.join(sorted(TYPES))}.")
        if form.get("actor_token"):
            raise TokenRefused("An actor_token is not supported: a token is for one caller.")
        if form.get("requested_token_type", ISSUED_TYPE) not in JWTS:
            raise TokenRefused("Only JSON Web Tokens are given out here.")
        audience = self._parts.issuer.audience(form.get("audience") or None)
        if audience == CONTROL_AUDIENCE and kind != ID_TOKEN:
            raise TokenRefused(
                "Tokens for people's acts are made for the ID token of a `gatehouse login`.", Error.INVALID_TARGET
            )
        proven = await self._parts.proofs.prove(_needed(form, "subject_token"), kind)
        await self._refuse_blocked(proven)
        await self._refuse_shown_before(proven)
        return await self._parts.issuer.issue(proven, audience)

    async def _refresh(self, form: Form) -> Issued:
        audience = self._parts.issuer.audience(form.get("audience") or None)
        refreshed = await self._parts.logins.refresh(_needed(form, "refresh_token"))
        return await self._given(refreshed, audience)

    async def _device(self, form: Form) -> Issued:
        audience = self._parts.issuer.audience(form.get("audience") or None)
        code = _needed(form, "device_code")
        try:
            async with self._parts.store.transaction() as transaction:
                proven = await self._parts.devices.take(transaction, code)
                refreshed = await self._parts.logins.begin(transaction, proven)
        except Waiting as waiting:
            raise await self._parts.devices.asked(code, waiting) from None
        return await self._given(refreshed, audience)

    async def _given(self, refreshed: Refreshed, audience: str) -> Issued:
        await self._refuse_blocked(refreshed.proven)
        issued = await self._parts.issuer.issue(refreshed.proven, audience, digest(refreshed.login))
        return Issued(issued.token, issued.id, issued.audience, issued.expires_in, refreshed.token)

    async def _refuse_blocked(self, proven: Proven) -> None:
        caller = Caller(proven.subject, OWN_PROVIDER, proven.groups, token=proven.token, issued=proven.issued)
        for block in await self._parts.blocks.all():
            if block.target in OF_CALLERS and block.stops(caller, ""):
                raise TokenRefused(
                    f"This caller's tokens were called back: {block.reason}", Error.INVALID_GRANT, source=proven.source
                )

    async def _refuse_shown_before(self, proven: Proven) -> None:
        if not proven.once:
            return
        now, name = self._parts.now(), digest(f"{proven.source}\0{proven.token}")
        async with self._parts.store.transaction() as transaction:
            await transaction.do("DELETE FROM shown_proofs WHERE expires < ?", now)
            fresh = await transaction.do(
                "INSERT INTO shown_proofs (id, expires) VALUES (?, ?) ON CONFLICT DO NOTHING", name, proven.expires
            )
        if not fresh:
            raise TokenRefused("This assertion was used before: sign in again.", source=proven.source)


def _needed(form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        raise TokenRefused(f"The parameter {name} is missing.")
    return value
