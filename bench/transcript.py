"""What a session costs in the record: bytes a turn against what went over the wire, and the CPU of writing it down.

`stored_bytes` are facts and parts as they are; `packed_bytes` the same after zstd, as the spool keeps them. `cpu_ms` is
the writing down alone, of a turn whose past is known; it stands beside the time that reading the same JSON takes.
"""

import json
from collections.abc import Sequence

import zstandard

from bench.rig import traffic
from bench.rig.exchanges import EVENT_STREAM, HEADERS, warm_gate
from bench.rig.measure import Scale, cpu, middle
from sidecar.core.exchange.commands import Command, Record
from sidecar.core.exchange.events import Recorded, RequestChunk, RequestStarted, ResponseChunk, ResponseStarted
from sidecar.core.exchange.exchange import Exchange
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.transcript import Draft
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import RequestHead, ResponseHead
from sidecar.core.wire.json_strict import parse


def measure(scale: Scale) -> dict[str, object]:
    gate = warm_gate()
    turns, at, rounds = scale.pick((100, (4, 100), 60), (10, (4,), 5))
    return {"session": _session(gate, turns), **{f"turn_{turn}": _cpu(gate, turn, rounds) for turn in at}}


def _session(gate: Gate, turns: int) -> dict[str, object]:
    pack = zstandard.ZstdCompressor(level=3).compress
    raw = stored = packed = 0
    known: set[str] = set()
    for turn in range(1, turns + 1):
        body, answer = traffic.agent_turn(turn), traffic.streamed(turn)
        raw += len(body) + sum(map(len, answer))
        for record in _records(gate, turn, body, answer):
            fresh = [data for name, data in record.parts.items() if name not in known]
            known.update(record.parts)
            for data in (json.dumps(dict(record.fact), separators=(",", ":")).encode(), *fresh):
                stored += len(data)
                packed += len(pack(data))
    return {
        "turns": turns,
        "raw_bytes": raw,
        "stored_bytes": stored,
        "packed_bytes": packed,
        "packed_bytes_per_turn": packed // turns,
        "times_smaller": round(raw / stored, 1),
        "times_smaller_packed": round(raw / packed, 1),
    }


def _records(gate: Gate, turn: int, body: bytes, answer: Sequence[bytes]) -> list[Record]:
    exchange, at = Exchange(gate, f"gx_{turn}"), float(turn)
    head = RequestHead("POST", "/v1/messages?beta=true", HEADERS)
    exchange.receive(RequestStarted(head, Caller("ada", "company", ("engineering",), "s"), at))
    said: list[Command] = [*exchange.receive(RequestChunk(body, at, end=True))]
    exchange.receive(Recorded(at + 0.01))
    exchange.receive(ResponseStarted(ResponseHead(200, EVENT_STREAM), at + 0.1))
    for number, piece in enumerate(answer):
        exchange.receive(ResponseChunk(piece, at + 0.1 + number / 100))
    said += exchange.receive(ResponseChunk(b"", at + 0.9, end=True))
    return [command for command in said if isinstance(command, Record)]


def _cpu(gate: Gate, turn: int, rounds: int) -> dict[str, object]:
    body = traffic.agent_turn(turn)
    before, now = parse(traffic.agent_turn(turn - 1)).value, parse(body).value
    warm, cold, reading = [], [], []
    for _ in range(rounds):
        memory = SessionMemory()
        _draft(gate, memory).transcript(before).recorded(memory)
        warm.append(1000 * cpu(lambda memory=memory: _draft(gate, memory).transcript(now)))
        reading.append(1000 * cpu(lambda: parse(body)))
        cold.append(1000 * cpu(lambda: _draft(gate, SessionMemory()).transcript(now)))
    return {
        "request_bytes": len(body),
        "cpu_ms": middle(warm, 3),
        "cold_cpu_ms": middle(cold, 3),
        "reading_json_ms": middle(reading, 3),
    }


def _draft(gate: Gate, memory: SessionMemory) -> Draft:
    placeholders = Placeholders(gate.mask_key, "s", gate.rules.words)
    return Draft(Veil(gate.rules, placeholders, memory, {}), gate.rules.key, 1.0, memory)
