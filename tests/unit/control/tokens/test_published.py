import asyncio
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sidecar.control.tokens.published import FRESH, LARGEST, LOOK_AGAIN, STALE, Published, is_safe
from sidecar.control.tokens.refusal import Error, TokenRefused
from tests.unit.control.tokens.rig import OKTA, Clock, Signer

OLD, NEW = Signer("old"), Signer("new")


class Site:
    """A provider whose answers the test decides."""

    def __init__(self) -> None:
        self.keys: list[Signer] = [OLD]
        self.discovery: dict[str, object] = {"issuer": OKTA.issuer, "jwks_uri": f"{OKTA.issuer}/keys"}
        self.down = False
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.down:
            raise httpx.ConnectError("down")
        if "well-known" in request.url.path:
            return httpx.Response(200, json=self.discovery)
        return httpx.Response(200, json={"keys": [one.public() for one in self.keys]})

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def published(site: Site, clock: Clock) -> Published:
    return Published(OKTA, site.http(), clock)


async def names(published: Published, name: str) -> list[str | None]:
    return [key.id for key in await published.fitting(name, "ES256")]


async def test_discovered_once_and_kept(published: Published, site: Site, clock: Clock) -> None:
    assert await names(published, "old") == ["old"]
    assert await names(published, "old") == ["old"]
    assert site.asked == [f"{OKTA.issuer}/.well-known/openid-configuration", f"{OKTA.issuer}/keys"]
    clock.time += FRESH
    await names(published, "old")
    assert len(site.asked) == 4


async def test_a_new_key_is_found_at_once(published: Published, site: Site, clock: Clock) -> None:
    await names(published, "old")
    site.keys = [OLD, NEW]
    clock.time += LOOK_AGAIN
    assert await names(published, "new") == ["new"]


async def test_made_up_names_do_not_flood_the_provider(published: Published, site: Site, clock: Clock) -> None:
    for number in range(200):
        assert await names(published, f"made-up-{number}") == []
        clock.time += 0.1
    assert len(site.asked) == 2


async def test_many_at_once_ask_once(published: Published, site: Site) -> None:
    await asyncio.gather(*(names(published, "old") for _ in range(20)))
    assert len(site.asked) == 2


async def test_while_it_is_down_known_keys_stay_good_for_a_day(published: Published, site: Site, clock: Clock) -> None:
    await names(published, "old")
    site.down = True
    clock.time += STALE - 1
    assert await names(published, "old") == ["old"]
    clock.time += LOOK_AGAIN
    with pytest.raises(TokenRefused) as caught:
        await names(published, "old")
    assert (caught.value.error, caught.value.status) == (Error.UNAVAILABLE, 503)


async def test_down_from_the_start_and_up_again(published: Published, site: Site, clock: Clock) -> None:
    site.down = True
    for _ in range(3):
        with pytest.raises(TokenRefused, match="cannot be fetched now"):
            await names(published, "old")
    assert len(site.asked) == 1
    site.down = False
    clock.time += LOOK_AGAIN
    assert await names(published, "old") == ["old"]


@pytest.mark.parametrize(
    ("discovery", "note"),
    [
        ({"issuer": "https://evil.example", "jwks_uri": "https://evil.example/keys"}, "another issuer"),
        ({"issuer": OKTA.issuer, "jwks_uri": "http://acme.okta.com/keys"}, "without TLS"),
        ({"issuer": OKTA.issuer, "jwks_uri": "file:///etc/passwd"}, "a file"),
        ({"issuer": OKTA.issuer}, "no keys"),
        ({"issuer": OKTA.issuer, "jwks_uri": ["https://a"]}, "several"),
    ],
)
async def test_discovery_that_is_not_believed(
    published: Published, site: Site, discovery: dict[str, object], note: str
) -> None:
    site.discovery = discovery
    with pytest.raises(TokenRefused):
        await names(published, "old")
    assert len(site.asked) == 1, note


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (httpx.Response(302, headers={"location": "https://evil.example/keys"}), "a redirect"),
        (httpx.Response(500, text="no"), "a fault"),
        (httpx.Response(200, text="<html>"), "a page"),
        (httpx.Response(200, content=b" " * (LARGEST + 1)), "too much"),
    ],
)
async def test_answers_that_are_none(answer: httpx.Response, note: str, clock: Clock) -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    source = replace(OKTA, keys_url="https://acme.okta.com/keys")
    with pytest.raises(TokenRefused):
        await Published(source, http, clock).fitting("old", "ES256")


async def test_from_a_file_that_changes(site: Site, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [OLD.public()]}))
    published = Published(replace(OKTA, keys_file=file), site.http(), clock)
    assert await names(published, "old") == ["old"]
    file.write_text(json.dumps({"keys": [NEW.public()]}))
    clock.time += LOOK_AGAIN
    assert await names(published, "new") == ["new"]
    assert site.asked == []


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example.com/keys", True),
        ("http://127.0.0.1:8000/keys", True),
        ("http://localhost/keys", True),
        ("http://id.example.com/keys", False),
        ("http://127.0.0.1.evil.example/", False),
        ("ftp://127.0.0.1/keys", False),
        ("", False),
    ],
)
def test_addresses(address: str, safe: bool) -> None:
    assert is_safe(address) is safe
