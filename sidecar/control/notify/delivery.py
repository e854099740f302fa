"""One notification to one destination, in the shape that it takes.

Rule: secrets are read when they are needed, so that a changed file counts from the next message on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx

from sidecar.control.notify import slack, smtp, teams, webhook
from sidecar.control.notify.mail import mail
from sidecar.control.notify.message import message
from sidecar.control.notify.news import News
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.post import post
from sidecar.core.errors import ConfigurationError
from sidecar.settings.notify import Email, Route, Slack, Teams, Webhook
from sidecar.settings.source import Source

JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """`url`: where people reach the console. `secret`: what stands at a source, or a `ConfigurationError`."""

    http: httpx.AsyncClient
    url: str
    secret: Callable[[Source], str]
    clock: Callable[[], float] = time.time

    async def __call__(self, route: Route, identifier: str, news: News) -> Outcome:
        try:
            return await self._sent(route, identifier, news)
        except ConfigurationError as error:
            # Names where the secret should be, never what it is.
            return Outcome(False, str(error))

    async def _sent(self, route: Route, identifier: str, news: News) -> Outcome:
        to, send = route.to, partial(post, self.http)
        match to:
            case Webhook():
                content = webhook.body(identifier, news, self.url)
                secrets = [one.strip() for one in self.secret(to.secret).splitlines() if one.strip()]
                now = self.clock()
                return await send(to.url, content, webhook.headers(identifier, content, secrets, now), now)
            case Slack():
                return await send(self.secret(to.url), slack.body(message(news, self.url)), JSON, self.clock())
            case Teams():
                return await send(self.secret(to.url), teams.body(message(news, self.url)), JSON, self.clock())
            case Email():
                password = self.secret(to.password) if to.password else None
                return await smtp.send(to, mail(message(news, self.url), to, identifier, news.at), password)
