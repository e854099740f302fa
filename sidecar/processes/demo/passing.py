"""Step: everything harmless passes byte for byte, there and back.

Strategy: two models with the same seed say the same, identifiers included. One is asked directly, one through the gate.
"""

import hashlib
import json
from dataclasses import dataclass

from sidecar.processes.demo.calls import MODEL, Answer, post
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Seen, Shown, Step

SAID = "[[think:A walk, then.]][[unknown]][[ping:3]][[cite:a fine day]][[say:Über die Brücke → and \\u0041 back.]]"
# As nobody's JSON library writes it: the blanks, the order and the unknown field are the caller's own business.
ODD = (
    '{ "stream" : %s,"x_unknown":{"b":1,"a":[1.50,-0.0,1e2]},  "max_tokens":1000, "model":"%s",\n'
    '\t"messages":[{"content":"A walk? \\u00e9\\/%s","role":"user"}]}'
)
# The one that carries bytes of an answer, and what HTTP itself adds on each way.
OF_THE_WAY = frozenset({"date", "server", "transfer-encoding", "connection", "content-length", "x-gatehouse-exchange"})


@dataclass(frozen=True, slots=True)
class Pair:
    """One call, made on both ways. `arrived`: the body as each model received it."""

    name: str
    sent: bytes
    direct: Answer
    gated: Answer
    arrived: tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Evidence:
    pairs: tuple[Pair, ...]


def judged(seen: Evidence) -> tuple[Check, ...]:
    checks = []
    for pair in seen.pairs:
        there = pair.arrived == (pair.sent, pair.sent)
        back = bool(pair.direct.body) and pair.direct.body == pair.gated.body and not pair.gated.broken
        checks += [
            Check(f"{pair.name}: the model received the {len(pair.sent)} bytes that were sent", there),
            Check(f"{pair.name}: the {len(pair.direct.body):,} bytes of the answer are the model's own", back),
        ]
    last = seen.pairs[-1]
    same = last.direct.status == last.gated.status == 200 and _kept(last.direct) == _kept(last.gated)
    return (*checks, Check("status and the API's headers (rate limits, request id) too", same))


def _kept(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name not in OF_THE_WAY and not name.startswith("x-envoy")}


async def run(stage: Stage) -> Seen:
    pairs = (await _both(stage, "stream", stream=True), await _both(stage, "JSON", stream=False))
    return Seen(
        (
            Shown("sent", f"{pairs[0].sent.decode().splitlines()[0]} …"),
            *(
                Shown(f"{pair.name}, {way}", f"SHA-256 {hashlib.sha256(answer.body).hexdigest()[:40]}…")
                for pair in pairs
                for way, answer in (("direct", pair.direct), ("gate", pair.gated))
            ),
        ),
        judged(Evidence(pairs)),
    )


async def _both(stage: Stage, name: str, *, stream: bool) -> Pair:
    sent = (ODD % (json.dumps(stream), MODEL, json.dumps(SAID)[1:-1])).encode()
    models = stage.models
    direct = await post(models.control.url, ("x-api-key", models.key), sent)
    gated = await post(f"{stage.url}/c/twin", stage.bearer(), sent)
    arrived = [models.received(model)[-1:] for model in ("control", "twin")]
    bodies = [one[0].body if one else b"" for one in arrived]
    return Pair(name, sent, direct, gated, (bodies[0], bodies[1]))


STEP = Step("bytes", "Everything harmless passes byte for byte", run)
