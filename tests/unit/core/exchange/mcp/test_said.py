"""What is kept of what a server said."""

import json

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.mcp import said
from tests.unit.core.exchange.building import KEY, MASKS, gate
from tests.unit.core.exchange.mcp.speaking import call, event, exchanged, text


def test_an_answer_is_written_down_masked() -> None:
    made = exchanged(gate(MASKS), call(), text(f"here: {KEY}"))
    record = next(one for one in made.said if isinstance(one, Record) and one.kind == "answered")
    written = b"".join(record.parts.values())
    assert b"here: [KEY_" in written
    assert KEY.encode() not in written


def test_a_stream_without_end_is_not_kept_whole() -> None:
    long = event(text("x" * 700_000))
    made = exchanged(gate(), call(), text("y"), stream=True)
    made = type(made)(made.gate).ask(call(), "/c/tickets").recorded()
    made.answered([long] * 4, (("content-type", "text/event-stream"),))
    record = next(one for one in made.said if isinstance(one, Record) and one.kind == "answered")
    outline = json.loads(record.parts[record.fact["answer"]["outline"]])  # type: ignore[index]
    assert outline["left_out"] == 2
    assert 4 * len(long) > said.MOST_KEPT
