"""The page on which a person lets a device in.

Rules: what the device calls itself is shown as text and proves nothing, and the page says so: whoever was sent a code
by somebody else must not type it in. Saying yes takes a press of a button, also where the code came with the link.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from sidecar.control.person import Person
from sidecar.control.tokens.device import Devices
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.web.page import render

LONGEST_CODE = 20


def code_in(form: Mapping[str, str]) -> str:
    return form.get("user_code", "")[:LONGEST_CODE]


async def entered(request: Request, devices: Devices, person: Person) -> Response:
    """The form, or, with a code, who asks."""
    code = code_in(request.query_params)
    if not code:
        return _page(request)
    device = await devices.named(code)
    if device is None:
        return _page(request, 404, said="No device waits under this code.")
    return _page(request, device=device or "nothing", code=code, name=person.named)


async def asked(request: Request, devices: Devices, person: Person, code: str, yes: bool) -> Response:
    """What the person said is done."""
    try:
        await devices.decide(code, person, yes)
    except TokenRefused as refused:
        return _page(request, 400, said=refused.sentence)
    done = "The device is logged in. You can close this page." if yes else "The device was turned away."
    return _page(request, done=done)


def _page(request: Request, status: int = 200, **values: object) -> Response:
    page = render(request, "device.html", status, **{"done": None, "device": None, "said": None, **values})
    page.headers["cache-control"] = "no-store"
    return page
