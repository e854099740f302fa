"""Who outside is told when a call is held: real processes here, real servers of another's there."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidecar.simulator.provider import User
from tests.control.calls import eventually
from tests.control.world import World, world
from tests.envoy.rig import Loop
from tests.receivers import Mailbox, Receiver, Request, answer, mailbox, receiver

SECRET = "a secret of this test"
PROMPT = "please deploy to prod [[say:shipped]]"
TOLD = """
    - {{name: books, to: {{webhook: "{hook}", secret: {{file: hook.secret}}}}}}
    - {{name: chat, to: {{slack: {{file: slack.url}}}}}}
    - {{name: desk, to: {{teams: {{file: teams.url}}}}, content: masked}}
    - {{name: call, to: {{email: {{server: 127.0.0.1, port: {mail}, tls: none, from: gate@example.com,
        to: [duty@example.com]}}}}}}
    - {{name: gone, to: {{webhook: "{gone}", secret: {{file: hook.secret}}}}}}
"""


@dataclass
class Outside:
    hook: Receiver
    slack: Receiver
    teams: Receiver
    gone: Receiver
    mail: Mailbox


@pytest.fixture
def outside() -> Iterator[Outside]:
    loop, stack = Loop(), AsyncExitStack()

    async def opened() -> Outside:
        servers = [await stack.enter_async_context(receiver()) for _ in range(4)]
        return Outside(*servers, await stack.enter_async_context(mailbox()))

    try:
        yield loop.run(opened())
    finally:
        loop.run(stack.aclose())
        loop.close()


@pytest.fixture
def whole(tmp_path: Path, outside: Outside) -> Iterator[World]:
    for name, text in (("hook.secret", SECRET), ("slack.url", outside.slack.url), ("teams.url", outside.teams.url)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    told = TOLD.format(hook=outside.hook.url, gone=outside.gone.url, mail=outside.mail.port)
    users = (User("ada", ("engineering",)), User("grace", ("engineering", "reviewers")), User("root", ("admins",)))
    with world(tmp_path, *users, told=told) as made:
        yield made


def signed(request: Request) -> bool:
    """As a receiver checks it, from the documentation."""
    at, _, given = request.headers["gatehouse-signature"].partition(",v1=")
    content = at.removeprefix("t=").encode() + b"." + request.body
    return hmac.compare_digest(given, hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest())


def occasions(receiver: Receiver) -> list[str]:
    return [one.json["occasion"] for one in receiver.requests]


def test_all_are_told_of_a_held_call(whole: World, outside: Outside) -> None:
    """Each in its own words, with a link to the card; what will never be taken lies where an admin sees it."""
    outside.gone.answers[:] = [answer(410, "nobody lives here")] * 9
    ada, grace, root = (whole.laptop(name) for name in ("ada", "grace", "root"))
    call = ada.asking(PROMPT)
    eventually(lambda: all((outside.hook.requests, outside.slack.requests, outside.teams.requests, outside.mail.mails)))
    asked = outside.hook.requests[0]
    card = f"{whole.control}/approvals/{asked.json['call']['ticket']}"
    assert (asked.json["occasion"], asked.json["link"], asked.json["call"]["rule"]) == ("opened", card, "deploys")
    assert signed(asked)
    mail = outside.mail.mails[0]
    plain = mail.get_body(("plain",))
    assert plain is not None
    texts = {
        "webhook": asked.body.decode(),
        "slack": outside.slack.requests[0].body.decode(),
        "teams": outside.teams.requests[0].body.decode(),
        "mail": str(plain.get_content()),
    }
    assert [name for name, text in texts.items() if card not in text] == []
    assert [name for name, text in texts.items() if "deploy to prod" in text] == ["teams"], "the one that may have it"
    assert call.waits

    grace.run("approvals", "approve", asked.json["call"]["ticket"])
    assert call.answer().status_code == 200
    eventually(lambda: occasions(outside.hook) == ["opened", "decided"])
    assert all(signed(one) for one in outside.hook.requests)

    with root.browser() as browser:
        eventually(lambda: 'data-state="dead"' in browser.get("/notifications", params={"show": "dead"}).text)
        page = browser.get("/notifications", params={"show": "dead"}).text
    assert "410" in page
    assert outside.gone.url not in page, "its address is a secret"
