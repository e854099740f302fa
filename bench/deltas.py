"""How much later a word of a streamed answer reaches the agent: from the upstream's write to the client's read.

Strategy: an upstream writes the deltas of a text one by one, 20 ms apart as a model does. Each delta is found again in
what the client read. A delta that the detectors hold back leaves with the next one; so two figures are told: of those
that left at once, and of all.
"""

import asyncio
import secrets
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bench.rig import traffic
from bench.rig.client import Connection, request
from bench.rig.drive import upstream
from bench.rig.gate import Gate
from bench.rig.measure import Scale, in_turns, middle, spread
from bench.rig.process import cpu_seconds
from bench.rig.texts import prose
from bench.rig.upstream import Reply

GAP = 0.02
Delays = tuple[list[float], float]  # of each delta in ms; CPU of the data plane for each in µs


def measure(scale: Scale, gate: Gate) -> dict[str, object]:
    return asyncio.run(_all(scale, gate))


async def _all(scale: Scale, gate: Gate) -> dict[str, object]:
    rounds, characters = scale.pick((7, 3000), (1, 400))
    begin, deltas, end = traffic.words_only(prose(characters))
    reply = Reply("text/event-stream", [*begin, *deltas, *end], GAP)

    async with upstream(gate, {"paced": reply}) as provider:

        async def delays(port: int) -> Delays:
            connection = await Connection.to(port, keep=True)
            before = cpu_seconds(gate.data_plane)
            await connection.ask(request(traffic.small_request(), "paced", gate.token, secrets.token_hex(8)))
            used = cpu_seconds(gate.data_plane) - before
            connection.close()
            sent = provider.sent[len(begin) : len(begin) + len(deltas)]
            read = arrivals(connection.pieces, deltas)
            return [1000 * (r - s) for s, r in zip(sent, read, strict=True)], used / len(deltas) * 1e6

        pairs = await in_turns(rounds, lambda: delays(gate.gate), lambda: delays(gate.plain))
    return _figures(pairs, len(deltas))


def _figures(pairs: list[tuple[Delays, Delays]], deltas: int) -> dict[str, object]:
    governed = [delay for (one, _), _ in pairs for delay in one]
    plain = [delay for _, (other, _) in pairs for delay in other]
    at_once = [delay for delay in governed if delay < GAP * 1000 / 2]
    return {
        "deltas": deltas,
        "gap_ms": GAP * 1000,
        "plain_ms": spread(plain, 2),
        "governed_ms": spread(governed, 2),
        "left_at_once": round(len(at_once) / len(governed), 3),
        "governed_at_once_ms": spread(at_once or governed, 2),
        "added_at_once_ms": round(spread(at_once or governed, 3)["p50"] - spread(plain, 3)["p50"], 2),
        "data_plane_cpu_us_per_delta": middle([cpu for (_, cpu), _ in pairs], 0),
    }


def arrivals(pieces: Sequence[tuple[float, bytes]], events: Sequence[bytes]) -> list[float]:
    """When the last byte of each event was read."""
    ends = list(accumulate(len(piece) for _, piece in pieces))
    body, begins, places = unframed(b"".join(piece for _, piece in pieces))
    found, at = [], 0
    for event in events:
        at = body.index(event, at) + len(event)
        chunk = bisect_right(begins, at - 1) - 1
        place = places[chunk] + at - begins[chunk]
        found.append(pieces[bisect_left(ends, place)][0])
    return found


def unframed(answer: bytes) -> tuple[bytes, list[int], list[int]]:
    """A chunked body; where in it each chunk begins, and where in the answer."""
    at, body, begins, places = answer.index(b"\r\n\r\n") + 4, bytearray(), [], []
    while size := int(answer[at : (line := answer.index(b"\r\n", at))], 16):
        begins.append(len(body))
        places.append(line + 2)
        body += answer[line + 2 : line + 2 + size]
        at = line + 2 + size + 2
    return bytes(body), begins, places
