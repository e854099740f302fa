"""Logging in without a browser here: a code is shown, and a person types it in at the console (RFC 8628)."""

from collections.abc import Callable

from sidecar.control.laptop.ask import post
from sidecar.control.laptop.kept import Login
from sidecar.control.laptop.said import NoToken, seconds, text

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
Show = Callable[[str, str], None]
Pause = Callable[[float], None]


def log_in_device(control: str, name: str, show: Show, pause: Pause) -> Login:
    """`name`: what the person sees. `show`: gets the address and the code. `pause`: waits so many seconds."""
    said = post(f"{control}/v1/device", {"client_id": name})
    show(text(said, "verification_uri"), text(said, "user_code"))
    interval, left = seconds(said, "interval", 5.0), seconds(said, "expires_in", 600.0)
    while left > 0:
        pause(interval)
        left -= interval
        try:
            given = post(f"{control}/v1/token", {"grant_type": GRANT, "device_code": text(said, "device_code")})
        except NoToken as refused:
            if refused.error == "slow_down":
                interval += 5
            elif refused.error != "authorization_pending":
                raise
            continue
        return Login(control, f"{control}/v1/token", text(given, "refresh_token"), who=f"device {name}")
    raise NoToken("Nobody typed the code in: start again.")
