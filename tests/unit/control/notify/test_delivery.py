"""Each kind of destination gets its shape, with a secret that is read when it is needed."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from sidecar.control.notify.delivery import Delivery
from sidecar.core.errors import ConfigurationError
from sidecar.settings.notify import Email, Security, Slack, Teams, Webhook
from sidecar.settings.source import Source
from tests.receivers import Receiver, mailbox, receiver
from tests.unit.control.notify.told import SECRET, URL, news, route


@dataclass
class Secrets:
    """What stands where; each look is counted."""

    kept: dict[str, str] = field(default_factory=dict)
    looks: int = 0

    def __call__(self, source: Source) -> str:
        self.looks += 1
        if source.env not in self.kept:
            raise ConfigurationError.single("its secret", f"the environment variable {source.env} is not set")
        return self.kept[source.env]


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


@pytest.fixture
async def made() -> AsyncIterator[Callable[[Secrets], Delivery]]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield lambda secrets: Delivery(http, URL, secrets, lambda: 1_000.0)


Making = Callable[[Secrets], Delivery]


async def test_a_webhook(other: Receiver, made: Making) -> None:
    secrets = Secrets({"SECRET": "new\n old \n\n"})
    deliver = made(secrets)
    hook = route(to=Webhook(other.url, SECRET))
    assert (await deliver(hook, "nt_1", news())).delivered
    secrets.kept["SECRET"] = "newer"
    assert (await deliver(hook, "nt_1", news())).delivered
    first, second = (request.headers for request in other.requests)
    assert first["gatehouse-notification"] == second["gatehouse-notification"] == "nt_1"
    assert first["gatehouse-signature"].startswith("t=1000,v1=")
    assert (first["gatehouse-signature"].count("v1="), second["gatehouse-signature"].count("v1=")) == (2, 1)
    assert other.requests[0].json["id"] == "nt_1"


async def test_chats(other: Receiver, made: Making) -> None:
    deliver = made(Secrets({"SECRET": other.url}))
    assert (await deliver(route(to=Slack(SECRET)), "nt_1", news())).delivered
    assert (await deliver(route(to=Teams(SECRET)), "nt_2", news())).delivered
    assert "blocks" in other.requests[0].json
    assert "attachments" in other.requests[1].json
    assert all(request.headers["content-type"] == "application/json" for request in other.requests)


async def test_mail(made: Making) -> None:
    async with mailbox() as box:
        to = Email("localhost", box.port, Security.NONE, "gate@example.com", ("a@example.com",))
        assert (await made(Secrets())(route(to=to), "nt_1", news())).delivered
        assert box.mails[0]["Message-ID"] == "<nt_1@example.com>"


MISSING = (
    Webhook("http://127.0.0.1:9/", SECRET),
    Slack(SECRET),
    Teams(SECRET),
    Email("localhost", 9, Security.STARTTLS, "a@example.com", ("b@example.com",), "gate", SECRET),
)


@pytest.mark.parametrize("to", MISSING)
async def test_a_secret_that_is_missing(made: Making, to: Webhook | Slack | Teams | Email) -> None:
    outcome = await made(Secrets())(route(to=to), "nt_1", news())
    assert not outcome.delivered
    assert not outcome.final
    assert "the environment variable SECRET is not set" in outcome.said
