"""Files with their digest in the address."""

import pytest

from sidecar.control.web.static_files import static
from tests.unit.control.web.rig import Rig


async def test_by_its_digest_it_is_kept_for_ever(laptop: Rig) -> None:
    answer = await laptop.browser().get(static("style.css"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]


async def test_without_it_is_asked_for_again(laptop: Rig) -> None:
    browser = laptop.browser()
    first = await browser.get("/static/frame.js")
    again = await browser.get("/static/frame.js?v=old", headers={"if-none-match": first.headers["etag"]})
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fapp.py", "%2Fetc%2Fpasswd", ".."])
async def test_nothing_else(laptop: Rig, name: str) -> None:
    assert (await laptop.browser().get(f"/static/{name}")).status_code in (401, 404)


def test_a_name_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        static("nothing.css")
