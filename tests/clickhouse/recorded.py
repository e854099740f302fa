"""Two recorded sessions in a database of a test: exchanges that really ran, with what they wrote down.

Ada asks twice, with an address in her first question, and gets a streamed answer with a tool call; Bob is denied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sidecar.core.evidence.event import NOTHING_BEFORE, Event, event
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.events import Recorded, ResponseChunk, ResponseStarted
from sidecar.core.model.http import ResponseHead
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.rows import EVENT_TYPES, EVENTS, PART_TYPES, PARTS, months, part_columns
from sidecar.record.clickhouse.schema import migrate
from tests.clickhouse_server import Server
from tests.unit.core.exchange import building
from tests.unit.core.exchange.building import (
    CALLER,
    MAIL,
    MASKS,
    SSE,
    Call,
    delta,
    ending,
    gate,
    opening,
    request,
    tool_block,
)

RULES = (
    f"{MASKS}\n  - {{id: no-zephyr, where: [prompt], match: {{regex: Zephyr}}, do: deny, say: Zephyr stays here.}}\n"
)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BOB = replace(CALLER, subject="bob", groups=("sales",), claimed_session="s-2")
FIRST = f"Write to {MAIL} please"


def load(server: Server, database: str, more: Sequence[tuple[str, Mapping[str, object]]] = ()) -> Place:
    """The tables with both sessions in them, and events of a second chain."""
    where = Place(f"{server.url}/{database}")
    with connected(where) as client:
        migrate(client, where)
        events, parts = written()
        for seq, (kind, fact) in enumerate(more, 1):
            events.append(event(NOTHING_BEFORE, "gc_2", seq, f"2026-03-04T13:00:{seq:02}.000000Z", kind, fact))
        for month in months(events):
            columns = month.columns
            client.insert(
                "events", columns, column_names=EVENTS, column_oriented=True, column_type_names=list(EVENT_TYPES)
            )
        client.insert(
            "parts",
            part_columns(list(parts.items()), events[0].at),
            column_names=PARTS,
            column_oriented=True,
            column_type_names=list(PART_TYPES),
        )
    return where


def written() -> tuple[list[Event], dict[str, bytes]]:
    """The events of one chain, and the parts they name."""
    world = gate(RULES)
    answer = [{"role": "assistant", "content": [{"type": "text", "text": "Hello there, Ada."}]}]
    first = {"role": "user", "content": FIRST}
    again = {"role": "user", "content": "And now the weather"}
    calls = [
        _answered(Call(world, "gx_1", 1000.0).ask(request(FIRST, stream=True)).recorded()),
        _answered(Call(world, "gx_2", 1060.0).ask(request(messages=[first, *answer, again], stream=True)).recorded()),
        Call(world, "gx_3", 1090.0).ask(request("Tell me of Zephyr"), caller=BOB).recorded(),
    ]
    events, parts, previous = [], {}, NOTHING_BEFORE
    loaded = Record("policy_loaded", {"digest": "d1", "before": None})
    for seq, record in enumerate([loaded, *(one for call in calls for one in call.said if isinstance(one, Record))], 1):
        at = f"2026-03-04T12:00:{seq:02}.000000Z"
        events.append(event(previous, "gc_1", seq, at, record.kind, record.fact))
        previous = events[-1].hash
        parts |= record.parts
    return events, parts


def _answered(call: Call) -> Call:
    """In four pieces, 40 ms from one to the next; the text is in two of them."""
    block = {"type": "text", "text": ""}
    pieces = [
        opening() + building.event("content_block_start", index=0, content_block=block),
        delta(0, type="text_delta", text="Hello "),
        delta(0, type="text_delta", text="there, Ada.") + building.event("content_block_stop", index=0),
        tool_block(1, '{"command": "ls"}') + ending("tool_use", 5),
    ]
    call.tell(ResponseStarted(ResponseHead(200, SSE), call.at))
    for piece in pieces:
        call.at += 0.04
        call.tell(ResponseChunk(piece, call.at))
    call.tell(ResponseChunk(b"", call.at, end=True))
    call.tell(Recorded(call.at))
    return call
