"""The page on which a person lets a device in.

Rules: what the device calls itself is shown as text and proves nothing, and the page says so: whoever was sent a code
by somebody else must not type it in. Saying yes takes a press of a button, also where the code came with the link.
"""

from collections.abc import Mapping
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sidecar.control.person import Person
from sidecar.control.tokens.device import Devices
from sidecar.control.tokens.refusal import TokenRefused

LONGEST_CODE = 20


def code_in(form: Mapping[str, str]) -> str:
    return form.get("user_code", "")[:LONGEST_CODE]


async def entered(request: Request, devices: Devices, person: Person) -> Response:
    """The form, or, with a code, who asks."""
    code = code_in(request.query_params)
    if not code:
        return _page("Log in on a device", _form())
    name = await devices.named(code)
    if name is None:
        return _page("Log in on a device", "<p>No device waits under this code.</p>" + _form(), 404)
    return _page("Let this device in?", _question(code, name, person))


async def asked(devices: Devices, person: Person, code: str, yes: bool) -> Response:
    """What the person said is done."""
    try:
        await devices.decide(code, person, yes)
    except TokenRefused as refused:
        return _page("Log in on a device", f"<p>{escape(refused.sentence)}</p>" + _form(), 400)
    done = "The device is logged in. You can close this page." if yes else "The device was turned away."
    return _page("Done", f"<p>{done}</p>")


def _form() -> str:
    return (
        '<form method="get" action="/device"><label>Code <input name="user_code" autocomplete="off" autofocus required '
        f'maxlength="{LONGEST_CODE}" autocapitalize="characters" spellcheck="false"></label> '
        "<button>Go on</button></form>"
    )


def _question(code: str, name: str, person: Person) -> str:
    return (
        f"<p>A device that calls itself <strong>{escape(name) or 'nothing'}</strong> shows the code "
        f"<strong>{escape(code)}</strong> and wants to make calls as <strong>{escape(person.named)}</strong>.</p>"
        "<p>Say yes only if you started this yourself, just now, and the device shows this code.</p>"
        f'<form method="post" action="/device"><input type="hidden" name="user_code" value="{escape(code)}">'
        '<button name="answer" value="yes">Let it in</button> <button name="answer" value="no">Turn it away</button>'
        "</form>"
    )


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/static/style.css"></head><body><main class="narrow"><h1>{escape(title)}</h1>'
        f"{body}</main></body></html>",
        status,
        {"cache-control": "no-store"},
    )
