"""Events of a chain, made for a test, and what a database holds of them."""

from collections.abc import Mapping, Sequence

from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import NOTHING_BEFORE, Event, event

DECIDED: Mapping[str, object] = {
    "caller": {"subject": "ann", "provider": "dev", "groups": ["sre", "eng"], "claimed_agent": None},
    "session": "s1",
    "connection": "claude",
    "model": "claude-opus-4",
    "policy": "d1",
    "verdict": "mask",
    "rule": "emails",
    "refused_with": None,
    "findings": [
        {"rule": "emails", "detector": "pii/email", "place": "prompt", "path": "messages[0]", "action": "mask",
         "how": "token", "placeholder": "<EMAIL_1>", "shadow": False},
    ],
    "findings_left_out": 2,
    "scanned": {"extent": "partly", "why": ["image at messages[0]"]},
    "bytes_in": 1234,
}  # fmt: skip
ANSWERED: Mapping[str, object] = {
    "status": 200,
    "verdict": "deny",
    "rule": "no-zephyr",
    "findings": [],
    "findings_left_out": 0,
    "usage": {"input_tokens": 1000, "output_tokens": 500, "cache_read_input_tokens": 10,
              "cache_creation_input_tokens": 20},
    "complete": True,
    "stop_reason": "end_turn",
    "latency": {"gate_ms": 1.5, "upstream_ms": 800.0},
    "answer": {"outline": "ab", "timing": None},
}  # fmt: skip


def decided(exchange: str, **changes: object) -> tuple[str, Mapping[str, object]]:
    return "decided", {"exchange": exchange, **DECIDED, **changes}


def answered(exchange: str, **changes: object) -> tuple[str, Mapping[str, object]]:
    return "answered", {"exchange": exchange, **ANSWERED, **changes}


def chain(facts: Sequence[tuple[str, Mapping[str, object]]], name: str = "gc_1", month: str = "2026-03") -> list[Event]:
    made: list[Event] = []
    for number, (kind, fact) in enumerate(facts, start=1):
        at = f"{month}-01T00:00:{number % 60:02}.{number:06}Z"
        made.append(event(made[-1].hash if made else NOTHING_BEFORE, name, number, at, kind, fact))
    return made


def many(count: int, name: str = "gc_1") -> list[Event]:
    return chain([(decided if n % 2 == 0 else answered)(f"gx_{n // 2}") for n in range(count)], name)


def stored(client: Client) -> list[tuple[str, int]]:
    """(chain, seq) of every row, doubles too."""
    return [(row[0], row[1]) for row in client.query("SELECT chain, seq FROM events ORDER BY chain, seq").result_rows]


def named(events: Sequence[Event]) -> list[tuple[str, int]]:
    return [(event.chain, event.seq) for event in events]


def one(client: Client, question: str) -> dict[str, object]:
    """The only row."""
    (row,) = client.query(question).named_results()
    return dict(row)
