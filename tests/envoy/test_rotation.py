"""Our own keys are turned while the real Envoy runs: no token is refused before its time."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sidecar.control.store.store import Store
from sidecar.control.tokens.keys import PUBLISHED_BEFORE, Keys, Rotation
from sidecar.control.tokens.sealing import Sealing
from sidecar.extproc.bootstrap.spec import ProviderSpec
from sidecar.extproc.identity import ClaimNames
from sidecar.settings.tokens import KeyKind
from tests.envoy.conftest import Make
from tests.envoy.driver import Driven
from tests.envoy.rig import Loop, Rig
from tests.envoy.test_held import eventually
from tests.envoy.upstream import Upstream

OWN = "https://gate.example.com"
EVERY, OUTLIVE = 30 * 86400.0, 960.0


@dataclass
class Turning:
    """Keys whose clock the test moves; the tokens' own times are today's."""

    keys: Keys
    site: Upstream
    loop: Loop
    rig: Rig
    now: float

    def token(self) -> str:
        key = self.loop.run(self.keys.signing())
        claims = {"iss": OWN, "aud": "gate-eu", "sub": "ada", "exp": time.time() + 600}
        return str(key.sign(claims))

    def published(self) -> int:
        return len(self.loop.run(self.keys.jwks())["keys"])

    def fetched(self) -> None:
        """Envoy has asked for the keys since, and has had time to take them up."""
        before = len(self.site.requests)
        eventually(lambda: len(self.site.requests) >= before + 2)

    def status(self, token: str) -> int:
        return self.rig.post(headers={"authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def turning(make: Make, loop: Loop, tmp_path: Path) -> Iterator[Turning]:
    site, store = Upstream(), loop.run(Store.open(f"sqlite://{tmp_path}/control.sqlite"))
    keys = Keys(store, Sealing(b"s" * 32, "token.key"), Rotation(KeyKind.ES256, EVERY, OUTLIVE), lambda: made.now)

    async def answer(writer: asyncio.StreamWriter) -> None:
        body = json.dumps(await keys.jwks()).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))

    site.answer = answer
    loop.run(site.start())
    made: Any = Turning(keys, site, loop, None, 1_000_000.0)  # type: ignore[arg-type]
    where = f"http://127.0.0.1:{site.port}/.well-known/jwks.json"
    made.rig = make(more_providers=(ProviderSpec("gatehouse", OWN, ("gate-eu",), jwks_url=where, jwks_every=0.5),))
    driven = Driven(made.rig)
    driven.seat.providers["gatehouse"] = ClaimNames()  # type: ignore[index]
    yield made
    loop.run(site.stop())
    loop.run(store.close())


def test_a_turn_of_keys_refuses_nobody(turning: Turning) -> None:
    first = turning.token()
    assert turning.status(first) == 200
    turning.now += EVERY - PUBLISHED_BEFORE
    assert turning.published() == 2, "the next is known before it signs"
    assert turning.status(turning.token()) == 200
    turning.fetched()
    turning.now += PUBLISHED_BEFORE
    second = turning.token()
    assert (turning.status(second), turning.status(first)) == (200, 200)
    turning.now += OUTLIVE
    assert turning.published() == 1, "the first is forgotten"
