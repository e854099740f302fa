"""Tickets, blocks and routes that the tests of notifications tell about."""

from dataclasses import replace
from typing import Any

from sidecar.control.notify import news as told
from sidecar.control.notify.message import Message, message
from sidecar.control.notify.news import News
from sidecar.core.approval.answer import Decider
from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.approval.ticket import State, Ticket
from sidecar.core.model.block import Block, Target
from sidecar.settings.notify import Destination, Occasion, Route, Webhook
from sidecar.settings.source import Source
from tests.people import ASKED

URL = "https://gate.example.com"
SECRET = Source(env="SECRET")
EVERYTHING = frozenset(Occasion) - {Occasion.TEST}
# What an agent can put into names and texts: whatever reads a message must show it, and obey none of it.
EVIL = "<!channel> <b>@here</b> [x](http://evil.test) ```*_~\r\nBcc: all@evil.test\x1b[2J\u202e&amp;"
TICKET = Ticket("tk_1", ASKED, State.PENDING, 1_000.0, 1_600.0)
BLOCK = Block("bl_1", Target.SESSION, "s1", "It ran wild.", 2_000.0)


def route(name: str = "ops", to: Destination | None = None, **changes: Any) -> Route:
    values = {"name": name, "to": to or Webhook("http://127.0.0.1:9/hook", SECRET), "when": EVERYTHING, **changes}
    return Route(**values)


def ticket(**changes: Any) -> Ticket:
    return replace(TICKET, asked=replace(ASKED, **changes))


def denied(rationale: str = "No.") -> Ticket:
    decider = Decider("ann", "company", False, rationale, 1_100.0)
    return replace(TICKET, state=State.DENIED, decisions=(decider,), ended=1_100.0)


def evil() -> Ticket:
    names = ("subject", "session", "agent", "tool", "model", "rule", "why", "connection")
    long = Excerpt(EVIL, EVIL * 60, (Mark(0, 10, EVIL), Mark(5, 20, EVIL)))
    asked = replace(ASKED, **dict.fromkeys(names, EVIL), content=(long, long, long, long))
    return replace(denied(EVIL), asked=asked)


def news(occasion: Occasion = Occasion.OPENED, of: Ticket = TICKET, *, content: bool = True) -> News:
    return News(occasion, 1_000.0, call=told.call(of, content))


def stopped(occasion: Occasion = Occasion.BLOCKED, block: Block = BLOCK) -> News:
    return News(occasion, 2_000.0, stop=told.stop(block, "company/ann"))


def evil_message() -> Message:
    return message(news(Occasion.DECIDED, evil()), URL)
