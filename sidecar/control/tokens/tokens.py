"""Everything about tokens, as the control plane starts it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from sidecar.control.desk.blocks import Blocks
from sidecar.control.store.store import Store
from sidecar.control.tokens.device import Devices
from sidecar.control.tokens.exchange import Exchange, Parts
from sidecar.control.tokens.issue import Issuer
from sidecar.control.tokens.keys import Keys, Rotation
from sidecar.control.tokens.limiter import Limiter
from sidecar.control.tokens.logins import Logins
from sidecar.control.tokens.own import Own
from sidecar.control.tokens.proofs import Proofs
from sidecar.control.tokens.revoke import Revoker
from sidecar.control.tokens.sealing import sealing
from sidecar.control.tokens.signed import LEEWAY
from sidecar.control.trail import Trail
from sidecar.settings import tokens as settings


@dataclass(frozen=True, slots=True)
class Tokens:
    """`url`: where people reach the control plane."""

    settings: settings.Exchange
    url: str
    keys: Keys
    proofs: Proofs
    exchange: Exchange
    devices: Devices
    logins: Logins
    revoker: Revoker
    own: Own
    limiter: Limiter


@dataclass(frozen=True, slots=True)
class Around:
    """What the rest of the control plane brings."""

    store: Store
    trail: Trail
    blocks: Blocks
    http: httpx.AsyncClient
    now: Callable[[], float] = time.time


def tokens(exchange: settings.Exchange, url: str, around: Around) -> Tokens:
    """Put together; a `ConfigurationError` for files that are not what they should be."""
    store, trail, now = around.store, around.trail, around.now
    rotation = Rotation(exchange.key, exchange.rotate, exchange.lifetime + LEEWAY)
    keys = Keys(store, sealing(exchange.key_file), rotation, now)
    proofs = Proofs(exchange.sources, around.http, now)
    devices, logins = Devices(store, now), Logins(store, exchange.login_lifetime, now)
    issuer = Issuer(exchange, store, keys, trail, now)
    parts = Parts(store, proofs, issuer, devices, logins, trail, around.blocks, now)
    revoker = Revoker(around.blocks, logins, trail, now)
    own = Own(exchange, keys, now)
    return Tokens(exchange, url, keys, proofs, Exchange(parts), devices, logins, revoker, own, Limiter(now))
