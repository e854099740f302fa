"""Notifications, put together: who is told, by what, and the way to try one.

Rule: a secret that is missing stops the start, with all that are missing named, and not the first message that
somebody needed.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

import httpx

from sidecar.control.notify.delivery import Delivery
from sidecar.control.notify.news import News
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.sample import sample
from sidecar.control.notify.sender import Deliver, Sender
from sidecar.control.store.store import Store
from sidecar.control.trail import Trail
from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.processes import control_secrets
from sidecar.settings.control import Control
from sidecar.settings.notify import Email, Route, Slack, Teams, Webhook
from sidecar.settings.source import Source
from sidecar.telemetry.log import EventLog

AGAIN = 5.0  # seconds before the sender begins again after a bug
log = EventLog("notifications")


class Notifying:
    """Sends from `start` to `close`; with no routes it does nothing."""

    def __init__(
        self, control: Control, store: Store, trail: Trail, http: httpx.AsyncClient, environ: Mapping[str, str]
    ) -> None:
        self._sender = Sender(store, trail, control.notifications, delivering(control, http, environ))
        self._running: asyncio.Task[None] | None = None
        self._wanted = bool(control.notifications)

    def start(self) -> None:
        if self._wanted:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                await self._sender.run()
            except Exception as error:  # noqa: BLE001  (a bug here must not leave everybody untold for good)
                log.error("notifications failed by a fault of ours, and begin again", error=error)
            await asyncio.sleep(AGAIN)

    async def close(self) -> None:
        """What is under way is not waited for: its lease runs out, and it is sent again by whoever comes."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))


def delivering(control: Control, http: httpx.AsyncClient, environ: Mapping[str, str]) -> Deliver:
    # At `info` it logs every address that it calls, and of chat webhooks the address is the secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    delivery = Delivery(http, control.url, lambda source: _read(source, environ))

    async def deliver(route: Route, identifier: str, news: News) -> Outcome:
        try:
            return await delivery(route, identifier, news)
        except Exception as error:  # noqa: BLE001  (one message that we cannot make must not stop the others)
            log.error("a message failed by a fault of ours", error=error, route=route.name, notification=identifier)
            return Outcome(False, "This failed by a fault of Gatehouse; the log says more.")

    return deliver


def checked(routes: Sequence[Route], environ: Mapping[str, str]) -> None:
    """A `ConfigurationError` with every secret that cannot be read."""
    mistakes: list[Mistake] = []
    for route in routes:
        try:
            if (source := _secret(route)) is not None:
                control_secrets.read(source, f"control.notifications ({route.name})", environ)
        except ConfigurationError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(mistakes)


async def tried(control: Control, name: str, environ: Mapping[str, str]) -> Outcome:
    """A sample to the destination of this name."""
    route = next((one for one in control.notifications if one.name == name), None)
    if route is None:
        known = ", ".join(one.name for one in control.notifications) or "none are configured"
        raise ConfigurationError.single("control.notifications", f"there is no {name!r} ({known})")
    async with httpx.AsyncClient() as http:
        return await sample(delivering(control, http, environ), route)


def _secret(route: Route) -> Source | None:
    match route.to:
        case Webhook(secret=source) | Slack(url=source) | Teams(url=source):
            return source
        case Email(password=password):
            return password


def _read(source: Source, environ: Mapping[str, str]) -> str:
    return control_secrets.read(source, "its secret", environ)
