"""A row for each way in which a data plane can fail, at each step of an exchange, against the real Envoy.

The data plane is scripted message by message. Three rules are shown here, by what the upstream saw and what the client
got:

- Whatever fails before the verdict, the upstream sees nothing.
- An error, garbage, or silence never lets a raw answer through.
- A *clean* end is the one thing that does, once the request has left: so the real data plane never ends cleanly, see
  `test_driver.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import httpx
import pytest

from sidecar.extproc import messages as m
from tests.envoy.rig import SECRET, Peer, Rig

RAW = "raw-answer"
BODY = b'{"model":"claude"}'
VERDICT = m.PassRequest(
    m.Mutation((), ((":path", "/up"), ("x-gatehouse-route", f"{SECRET}.claude"), ("content-length", str(len(BODY)))))
)
HEAD = m.PassResponse(m.Mutation(("content-length",)))


async def streaming(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(2):
        writer.write(b"%x\r\n%s\r\n" % (len(RAW), RAW.encode()))
        await writer.drain()
        await asyncio.sleep(0.05)
    writer.write(b"0\r\n\r\n")


async def to_headers(peer: Peer) -> None:
    await peer.hear()


async def to_body(peer: Peer) -> None:
    await peer.hear_to_the_end()


async def to_verdict(peer: Peer) -> None:
    await to_body(peer)
    await peer.say(VERDICT)


async def to_half_forwarded(peer: Peer) -> None:
    await to_verdict(peer)
    await peer.say(m.SendRequest(BODY[:5], False))


async def to_forwarded(peer: Peer) -> None:
    await to_verdict(peer)
    await peer.say(m.SendRequest(BODY, True))


async def to_answer(peer: Peer) -> None:
    await to_forwarded(peer)
    await peer.hear()


async def to_answer_begun(peer: Peer) -> None:
    await to_answer(peer)
    await peer.say(HEAD)


async def to_half_answered(peer: Peer) -> None:
    await to_answer_begun(peer)
    await peer.hear()
    await peer.say(m.SendResponse(b"masked", False))


async def clean(peer: Peer) -> None:
    pass


async def error(peer: Peer) -> None:
    await peer.context.abort(grpc.StatusCode.INTERNAL, "bug")


async def garbage(peer: Peer) -> None:
    await peer.context.write(b"\xff\xff\xff")
    await hang(peer)


async def nothing_inside(peer: Peer) -> None:
    await peer.context.write(b"")
    await hang(peer)


async def out_of_order(peer: Peer) -> None:
    await peer.say(m.EndResponse(()))
    await hang(peer)


async def hang(peer: Peer) -> None:
    while await peer.hear() is not None:
        pass


Step = Callable[[Peer], Awaitable[None]]

CUT = "the answer breaks off"
OPEN = "the raw answer passes"
REFUSED = (403, "permission_error")
UNAVAILABLE = (500, "api_error")
LATE = (504, "timeout_error")
NOTHING, PART, ALL = 0, 1, 2

# Step, how it fails there, what the client gets, how much of the request the upstream can have seen at most.
ROWS = [
    *((step, clean, REFUSED, NOTHING) for step in (to_headers, to_body)),
    *((step, error, UNAVAILABLE, NOTHING) for step in (to_headers, to_body)),
    *((step, garbage, UNAVAILABLE, NOTHING) for step in (to_headers, to_body)),
    *((step, nothing_inside, UNAVAILABLE, NOTHING) for step in (to_headers, to_body)),
    *((step, out_of_order, LATE, NOTHING) for step in (to_headers, to_body)),
    *((step, hang, LATE, NOTHING) for step in (to_headers, to_body)),
    *((step, clean, LATE, PART) for step in (to_verdict, to_half_forwarded)),
    *((step, error, UNAVAILABLE, PART) for step in (to_verdict, to_half_forwarded)),
    *((step, garbage, UNAVAILABLE, PART) for step in (to_verdict, to_half_forwarded)),
    *((step, nothing_inside, UNAVAILABLE, PART) for step in (to_verdict, to_half_forwarded)),
    *((step, out_of_order, LATE, PART) for step in (to_verdict, to_half_forwarded)),
    *((step, hang, LATE, PART) for step in (to_verdict, to_half_forwarded)),
    *((step, error, UNAVAILABLE, ALL) for step in (to_forwarded, to_answer)),
    *((step, garbage, UNAVAILABLE, ALL) for step in (to_forwarded, to_answer)),
    *((step, nothing_inside, UNAVAILABLE, ALL) for step in (to_forwarded, to_answer)),
    *((step, hang, LATE, ALL) for step in (to_forwarded, to_answer)),
    *((step, error, CUT, ALL) for step in (to_answer_begun, to_half_answered)),
    *((step, garbage, CUT, ALL) for step in (to_answer_begun, to_half_answered)),
    *((step, nothing_inside, CUT, ALL) for step in (to_answer_begun, to_half_answered)),
    *((step, hang, CUT, ALL) for step in (to_answer_begun, to_half_answered)),
    # The two things that must never be said: after them Envoy serves the upstream's answer unmasked. `Dialogue` cannot
    # say the second, and `grpc_stream` never says the first; should Envoy mend either, these rows will tell.
    *((step, clean, OPEN, ALL) for step in (to_forwarded, to_answer, to_answer_begun, to_half_answered)),
    *((step, out_of_order, OPEN, ALL) for step in (to_forwarded, to_answer, to_answer_begun, to_half_answered)),
]


def outcome(rig: Rig) -> object:
    try:
        answer = rig.post(content=BODY)
    except httpx.RemoteProtocolError:
        return CUT
    if answer.status_code == 200:
        return OPEN
    error = answer.json()["error"]
    assert error["message"][0].isupper()
    assert RAW not in answer.text
    return answer.status_code, error["type"]


def seen(rig: Rig) -> int:
    if not rig.upstream.requests:
        return NOTHING
    (request,) = rig.upstream.requests
    assert "x-gatehouse-route" not in request.headers
    return ALL if request.whole and request.body == BODY else PART


@pytest.mark.parametrize(
    ("step", "ending", "client", "upstream"), ROWS, ids=[f"{row[0].__name__}-{row[1].__name__}" for row in ROWS]
)
def test_failing(request: pytest.FixtureRequest, step: Step, ending: Step, client: object, upstream: int) -> None:
    async def fails(peer: Peer) -> None:
        await step(peer)
        await ending(peer)

    waits = ending is hang or client == LATE
    rig: Rig = request.getfixturevalue("impatient" if waits else "rig")
    rig.upstream.answer = streaming
    rig.plane.script = fails
    got = outcome(rig)
    # The answer may come while its stream is breaking: then its head is out already, and the rest is cut off.
    assert got == client or (step is to_forwarded and client == UNAVAILABLE and got == CUT)
    assert seen(rig) <= upstream


@pytest.mark.parametrize(
    "header",
    ["wrong.claude", SECRET, f"{SECRET}.tickets", f"{SECRET}.claude,x", f"{SECRET}.claudes", f"x{SECRET}.claude", ""],
)
def test_only_the_exact_secret_opens_a_route(rig: Rig, header: str) -> None:
    async def forged(peer: Peer) -> None:
        await to_body(peer)
        await peer.say(m.PassRequest(m.Mutation((), (("x-gatehouse-route", header),))), m.SendRequest(BODY, True))
        await peer.hear()
        await peer.say(m.PassResponse(m.Mutation()))
        while (said := await peer.hear()) is not None:
            await peer.say(m.SendResponse(said.data, said.end))

    rig.plane.script = forged
    assert outcome(rig) == REFUSED
    assert seen(rig) == NOTHING


def test_a_forged_route_header_and_a_clean_end_lead_nowhere(rig: Rig) -> None:
    rig.plane.script = to_body
    forged = {**rig.token, "x-gatehouse-route": f"{SECRET}.claude", "X-Gatehouse-Route": f"{SECRET}.claude"}
    assert rig.post(headers=forged).status_code == 403
    assert seen(rig) == NOTHING


def test_a_mutation_that_frames_messages_is_an_error(rig: Rig) -> None:
    async def smuggles(peer: Peer) -> None:
        await to_body(peer)
        await peer.say(m.PassRequest(m.Mutation((), (("transfer-encoding", "chunked"),))))
        await hang(peer)

    rig.plane.script = smuggles
    assert outcome(rig) == UNAVAILABLE
    assert seen(rig) == NOTHING
