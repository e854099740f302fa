"""A WebSocket on record: judged by its handshake, and by nothing else."""

import json

import pytest

from sidecar.core.exchange.commands import Ask
from sidecar.core.exchange.events import Gone, Recorded, ResponseStarted, Settled
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import KEY, MASKS, Call, gate
from tests.unit.core.exchange.held import APPROVED
from tests.unit.core.exchange.plain.sockets import asking, opened, taking
from tests.unit.core.wire.plain.test_websocket import GRANTS

UNREAD = "paths: ['GET /feed']"


def test_a_handshake_goes_on_as_it_is_and_the_record_says_what_nobody_reads() -> None:
    made = asking(taking(MASKS))
    assert (made.forward.connection, made.forward.path, made.forward.body) == ("live", "/feed", None)
    assert (made.fact["endpoint"], made.fact["verdict"]) == ("websocket", "allow")
    assert made.fact["scanned"] == {"extent": "partly", "why": ["frames of a websocket"]}


REFUSED = (
    ("a policy that reads", {"world": taking(MASKS, UNREAD)}, 403, "rules of the policy p would have to"),
    ("a connection that takes none", {"path": "/c/shop/feed"}, 403, "The connection shop opens no WebSockets."),
    ("a model", {"path": "/v1/messages"}, 403, "The connection claude opens no WebSockets."),
    ("a server of tools", {"path": "/c/tickets"}, 403, "The connection tickets opens no WebSockets."),
    ("no handshake", {"method": "POST"}, 403, "No policy allows this method"),
    ("another path", {"path": "/c/live/x"}, 403, "No policy allows"),
    ("a secret in the address", {"path": f"/c/live/feed?q={KEY}"}, 403, "Blocked by policy"),
    ("a secret in a header", {"more": ("sec-websocket-protocol", KEY)}, 403, "Blocked by policy"),
    ("a secret in `connection`", {"more": ("connection", KEY)}, 403, "Blocked by policy"),
)


@pytest.mark.parametrize(("how", "status", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused(how: dict[str, object], status: int, why: str) -> None:
    how = dict(how)
    more = [how.pop("more")] if "more" in how else []
    made = asking(how.pop("world", taking(MASKS)), how.pop("path", "/c/live/feed"), *more, **how)  # type: ignore[arg-type]
    assert made.reply.status == status
    assert why in json.loads(made.reply.body)["error"]["message"]


def test_it_counts_as_sending() -> None:
    rules = "\n  - {id: out, effect: [leaves_machine], do: deny, say: Nothing leaves.}\n"
    assert asking(taking(rules)).reply.status == 403
    plain = Call(taking(rules)).ask(path="/c/live/feed", method="GET").recorded()
    assert plain.forward.path == "/feed"


def test_a_yes_to_a_request_is_none_to_a_socket_and_nobody_waits_longer_than_envoy() -> None:
    world = taking("\n  - {id: all, if: 'true', do: hold}\n")
    prints = []
    for made in (asking(world), Call(world).ask(path="/c/live/feed", method="GET").recorded()):
        made.recorded()
        asked = made.one(Ask)
        prints.append((asked.asked.fingerprint, asked.patience))  # type: ignore[attr-defined]
    assert prints[0][0] != prints[1][0]
    assert (prints[0][1], prints[1][1]) == (240.0, 540.0)
    held = asking(world).recorded()
    held.tell(Settled(APPROVED, 1005.0))
    held.tell(Recorded(1005.0))
    assert held.forward.path == "/feed"


def test_as_long_as_it_is_open_there_is_nothing_more_to_say() -> None:
    made = opened(taking(MASKS))
    assert made.start.set == (("x-gatehouse-exchange", "gx_1"),)
    assert "answered" not in made.facts
    made.tell(Gone(1031.5))
    told = made.facts["answered"]
    assert told["scanned"] == {"extent": "not", "why": ["frames of a websocket"]}
    assert (told["status"], told["complete"], told["broken"], told["seconds"]) == (101, True, None, 31.5)


NOT_GRANTED = (
    ("an error has its status", 404, (), 404),
    ("a page instead", 200, (("content-type", "text/html"),), 502),
    ("no digest of the key", 101, GRANTS[:2], 502),
    ("something else", 101, (("upgrade", "other"), *GRANTS[1:]), 502),
)


@pytest.mark.parametrize(
    ("status", "headers", "told"), [row[1:] for row in NOT_GRANTED], ids=[row[0] for row in NOT_GRANTED]
)
def test_no_other_answer_passes(status: int, headers: tuple[tuple[str, str], ...], told: int) -> None:
    made = asking(taking(MASKS))
    made.tell(ResponseStarted(ResponseHead(status, headers), 1000.0))
    assert made.reply.status == told
    assert f"answered with status {status}" in json.loads(made.reply.body)["error"]["message"]
    assert made.facts["answered"]["complete"] is False


def test_a_session_keeps_its_policy_and_the_stricter_one_counts() -> None:
    world = taking(MASKS)
    assert asking(world).forward.path == "/feed"
    world.rules = gate(MASKS, UNREAD).rules
    assert asking(world).reply.status == 403
