"""What turn n of a conversation costs against what is new in it, in this process.

`warm`: the session has had all turns before. `cold`: the same request as the first that is seen. What stays in `warm`
is reading 40 KB and more of JSON and looking up what was found in it; only `new_bytes` are scanned.
"""

from bench.rig import traffic
from bench.rig.exchanges import answered, asked, warm_gate
from bench.rig.measure import Scale, cpu, middle
from sidecar.core.exchange.gate import Gate
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.claude.request import read_request
from sidecar.core.wire.json_strict import parse


def measure(scale: Scale) -> dict[str, object]:
    gate = warm_gate()
    turns, rounds = scale.pick(((5, 20, 80, 200), 9), ((5, 10), 1))
    return {f"turn_{turn}": _figures(gate, turn, rounds) for turn in turns}


def _figures(gate: Gate, turn: int, rounds: int) -> dict[str, object]:
    before, body = traffic.agent_turn(turn - 1), traffic.agent_turn(turn)
    answers = [traffic.streamed(number) for number in range(1, turn)]
    warm, cold, reading = [], [], []
    for number in range(rounds):
        session = f"s-{turn}-{number}"
        for answer in answers:
            answered(asked(gate, traffic.small_request(), session), answer)
        asked(gate, before, session)
        warm.append(1000 * cpu(lambda named=session: asked(gate, body, named)))
        cold.append(1000 * cpu(lambda named=f"other-{session}": asked(gate, body, named)))
        reading.append(1000 * cpu(lambda: read_request(parse(body), Endpoint.MESSAGES)))
    return {
        "request_bytes": len(body),
        "new_bytes": traffic.new_bytes(turn),
        "warm_ms": middle(warm, 3),
        "cold_ms": middle(cold, 3),
        "of_it_reading_ms": middle(reading, 3),
        "warm_to_cold": middle([w / c for w, c in zip(warm, cold, strict=True)], 3),
    }
