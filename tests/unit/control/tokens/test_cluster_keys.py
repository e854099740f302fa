"""The cluster's keys, published again: fetched as this pod, kept, bounded, and never more than the public half."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sidecar.control.tokens.cluster_keys import PATH, SOURCE, ClusterKeys
from sidecar.settings.cluster import ClusterAccess
from tests.k8s.api_server import ApiServer, api_server

KEY = {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB"}


class Rig:
    def __init__(self, api: ApiServer, access: ClusterAccess) -> None:
        self.api, self.access, self.now = api, access, 1000.0
        self.keys = ClusterKeys(access, lambda: self.now)
        self.show(KEY)

    def show(self, *keys: Any) -> None:
        self.api.objects[SOURCE] = {"keys": list(keys)}

    async def ask(self) -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=self.keys.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="https://control") as http:
            return await http.get(PATH)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with api_server(tmp_path) as (api, access):
        yield Rig(api, access)


async def test_everyone_sees_them(rig: Rig) -> None:
    answer = await rig.ask()
    assert (answer.status_code, answer.json()) == (200, {"keys": [KEY]})
    assert answer.headers["cache-control"] == "public, max-age=300"


async def test_the_private_half_never_goes_on(rig: Rig) -> None:
    rig.show({**KEY, "d": "secret", "p": "x", "oth": []}, "nonsense", {"kid": "no kty"})
    assert (await rig.ask()).json() == {"keys": [KEY]}


async def test_many_questions_are_one(rig: Rig) -> None:
    await asyncio.gather(*(rig.ask() for _ in range(5)))
    assert len(rig.api.asked) == 1
    rig.show({**KEY, "kid": "2"})
    rig.now += 599
    assert (await rig.ask()).json()["keys"][0]["kid"] == "1"
    rig.now += 1
    assert (await rig.ask()).json()["keys"][0]["kid"] == "2"


async def test_while_the_cluster_is_away_they_stay_good_for_a_day(rig: Rig) -> None:
    await rig.ask()
    rig.api.failing = 10_000
    rig.now += 23 * 3600
    assert (await rig.ask()).status_code == 200
    rig.now += 3600
    assert (await rig.ask()).status_code == 503


async def test_one_that_failed_is_not_asked_again_at_once(rig: Rig) -> None:
    rig.api.failing = 1
    answer = await rig.ask()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    await rig.ask()
    assert len(rig.api.asked) == 1
    rig.now += 30
    assert (await rig.ask()).status_code == 200


@pytest.mark.parametrize("said", [{}, {"keys": []}, {"keys": "x"}, {"keys": [{"pad": "x" * (1 << 20), **KEY}]}])
async def test_an_answer_without_keys_or_end_is_none(said: dict[str, Any], rig: Rig) -> None:
    rig.api.objects[SOURCE] = said
    assert (await rig.ask()).status_code == 503


async def test_without_a_token_nothing_is_asked(rig: Rig) -> None:
    rig.access.token_file.unlink()
    assert (await rig.ask()).status_code == 503
    assert rig.api.asked == []
