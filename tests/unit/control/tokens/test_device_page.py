import pytest
from starlette.requests import Request

from sidecar.control.person import Person
from sidecar.control.store.store import Store
from sidecar.control.tokens.device import Devices
from sidecar.control.tokens.device_page import LONGEST_CODE, asked, code_in, entered
from tests.unit.control.tokens.rig import Clock

EVE = Person("<script>eve", "company")


def opened(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": [], "method": "GET", "path": "/device"})


async def text(devices: Devices, query: str) -> tuple[int, str]:
    answer = await entered(opened(query), devices, EVE)
    return answer.status_code, bytes(answer.body).decode()


async def test_what_it_shows(store: Store, clock: Clock) -> None:
    devices = Devices(store, clock)
    started = await devices.start('"><img src=x>')
    assert "user_code" in (await text(devices, ""))[1]
    assert (await text(devices, "user_code=BCDF-BCDF"))[0] == 404
    status, page = await text(devices, f"user_code={started.user_code}")
    assert (status, "<img" in page, "<script>" in page, "&lt;script&gt;eve" in page) == (200, False, False, True)


@pytest.mark.parametrize(("yes", "said"), [(True, "logged in"), (False, "turned away")])
async def test_what_is_said_is_done_once(store: Store, clock: Clock, yes: bool, said: str) -> None:
    devices = Devices(store, clock)
    started = await devices.start("laptop")
    first = await asked(opened(""), devices, EVE, started.user_code, yes)
    again = await asked(opened(""), devices, EVE, started.user_code, yes)
    assert (first.status_code, said in bytes(first.body).decode(), again.status_code) == (200, True, 400)


def test_codes_are_short() -> None:
    assert len(code_in({"user_code": "x" * 1000})) == LONGEST_CODE
    assert code_in({}) == ""
