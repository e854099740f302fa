"""Every answer carries what keeps a browser from doing what we did not mean."""

import pytest

from sidecar.control.web.headers import CSP, HEADERS
from tests.unit.control.web.rig import PAGE, Rig, rig

ANSWERS = ("/sign-in", "/static/style.css", "/v1/me", "/nothing-here", "/openapi.json", "/approvals")


@pytest.mark.parametrize("path", ANSWERS)
async def test_on_every_answer(laptop: Rig, path: str) -> None:
    answer = await laptop.browser(**PAGE).get(path)
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "strict-transport-security" not in answer.headers


def test_nothing_of_others_and_nothing_inline() -> None:
    assert "unsafe" not in CSP
    assert "http" not in CSP
    assert CSP.startswith("default-src 'none';")


async def test_pages_are_not_kept_and_files_are(laptop: Rig) -> None:
    grace = await laptop.signed_in()
    assert (await grace.get("/approvals")).headers["cache-control"] == "no-store"
    page = (await grace.get("/approvals")).text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in (await grace.get(address)).headers["cache-control"]


async def test_over_tls_only_tls(laptop: Rig) -> None:
    tls = rig(laptop.parts.store, url="https://gate.example.com")
    answer = await tls.browser().get("/sign-in")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    await tls.close()
