"""What judging tool calls costs an answer: from the last byte of a call to its leaving, and what it means for the text
before it. In this process, by processor time.

Rules:
- `verdict_ms`: the event that ends a call comes in; the call is read, judged, recorded and handed out.
- `text`: the deltas of an answer with a call at its end, with rules on tool calls and without them, in turns. All of
  them leave before the call comes; `us` is what one takes.
- `large`: the most memory that Python allocates while one call of that size is judged.
"""

import json
import tracemalloc
from collections.abc import Sequence
from functools import partial

from bench.rig import traffic
from bench.rig.exchanges import EVENT_STREAM, asked, warm_gate
from bench.rig.measure import Scale, cpu, middle, spread
from bench.rig.texts import code, prose
from sidecar.core.exchange.commands import Command, SendAnswer
from sidecar.core.exchange.events import ResponseChunk, ResponseStarted
from sidecar.core.exchange.exchange import Exchange
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.http import ResponseHead

RULES = """
  - {id: destructive, effect: [destroys_data, escalates, changes_access], do: deny, say: Nothing is destroyed here.}
  - {id: secrets-out, after: [reads_secret], effect: [leaves_machine], do: deny, say: Secrets stay here.}
"""
LARGE = 5 << 20


def measure(scale: Scale) -> dict[str, object]:
    gate, plain = warm_gate(RULES), warm_gate()
    rounds = scale.pick(200, 3)
    return {
        "verdict_ms": {
            name: spread([1000 * one for one in _verdicts(gate, tool, given, rounds)], 3)
            for name, (tool, given) in CALLS.items()
        },
        "text": _text(gate, plain, scale.pick(30, 2)),
        "large": _large(gate, scale.pick(LARGE, LARGE // 10)),
    }


CALLS: dict[str, tuple[str, dict[str, object]]] = {
    "short_command": ("Bash", {"command": "ls -la src", "description": "List files"}),
    "ordinary_command": ("Bash", {"command": "cd src && git diff --stat HEAD~3 | tail -n 20"}),
    "denied_command": ("Bash", {"command": "rm -rf /srv"}),
    "echo_of_1_kb": ("Bash", {"command": f"echo '{prose(1000)}'"}),
    "read_a_file": ("Read", {"file_path": "/srv/project/module.py"}),
    "write_2_kb": ("Write", {"file_path": "/srv/project/module.py", "content": code(2000)}),
}


def _verdicts(gate: Gate, tool: str, given: dict[str, object], rounds: int) -> list[float]:
    """Each call a little different, so that nothing is remembered from the one before."""
    times = []
    for number in range(rounds + 5):
        parts = _call({**given, "number": number}, tool)
        exchange = _begun(gate, f"s-{tool}-{number}", parts[:-1])
        times.append(cpu(partial(_sent, exchange, parts[-1])))
    return times[5:]


def _text(gate: Gate, plain: Gate, rounds: int) -> dict[str, object]:
    begin, deltas, _ = traffic.words_only(prose(3000))
    took: dict[str, list[float]] = {"with_rules": [], "without": []}
    left: dict[str, bool] = {}
    for number in range(rounds):
        both = [("with_rules", gate), ("without", plain)]
        for name, one in both if number % 2 else reversed(both):
            exchange = _begun(one, f"t-{number}", begin)
            out: list[bytes] = []
            seconds = cpu(partial(_all_sent, exchange, deltas, out))
            out.append(_sent(exchange, traffic.event("content_block_stop", index=0)))
            left[name] = b"".join(out) == b"".join(deltas) + traffic.event("content_block_stop", index=0)
            took[name].append(seconds / len(deltas) * 1e6)
    return {name: {"us": middle(times), "all_left_before_the_call": left[name]} for name, times in took.items()}


def _large(gate: Gate, size: int) -> dict[str, object]:
    figures: dict[str, object] = {}
    for name, tool, key in (("file", "Write", "content"), ("command", "Bash", "command")):
        parts = _call({key: "ls " + "x" * size}, tool)
        exchange = _begun(gate, f"large-{name}", [])
        tracemalloc.start()
        for part in parts:
            _sent(exchange, part)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        figures[name] = {"input_bytes": size, "most_bytes": most, "times_the_input": round(most / size, 1)}
    return figures


def _begun(gate: Gate, session: str, parts: Sequence[bytes]) -> Exchange:
    exchange = asked(gate, traffic.small_request(), session)
    exchange.receive(ResponseStarted(ResponseHead(200, EVENT_STREAM), 2.0))
    for part in parts:
        _sent(exchange, part)
    return exchange


def _call(given: dict[str, object], tool: str) -> list[bytes]:
    """The events of an answer that is one call; the last one ends it."""
    raw, size = json.dumps(given), 4096
    block = {"type": "tool_use", "id": "toolu_0123456789", "name": tool, "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": raw[at : at + size]} for at in range(0, len(raw), size)]
    return [
        traffic.words_only("")[0][0],
        traffic.event("content_block_start", index=0, content_block=block),
        *(traffic.event("content_block_delta", index=0, delta=delta) for delta in deltas),
        traffic.event("content_block_stop", index=0),
    ]


def _all_sent(exchange: Exchange, parts: Sequence[bytes], out: list[bytes]) -> None:
    out += [_sent(exchange, part) for part in parts]


def _sent(exchange: Exchange, data: bytes) -> bytes:
    """What the agent gets for it."""
    return b"".join(map(_bytes, exchange.receive(ResponseChunk(data, 2.0))))


def _bytes(command: Command) -> bytes:
    return command.data if isinstance(command, SendAnswer) else b""
