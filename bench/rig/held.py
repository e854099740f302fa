"""Calls that wait for people, in this process: each in a dialogue of its own, with a session of its own."""

import asyncio
import gc
import json
from collections.abc import Mapping
from pathlib import Path

from bench.rig.exchanges import warm_gate
from sidecar.core.approval.answer import Answer
from sidecar.core.approval.asked import Asked
from sidecar.core.exchange.exchange import Exchange
from sidecar.core.model.http import Headers
from sidecar.extproc.dialogue import Dialogue
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.messages import Outbound, RequestBody, RequestHeaders
from sidecar.extproc.seat import NO_PARTS, Parts, Seat

RULE = "  - {id: destructive, where: [prompt], match: {regex: 'drop'}, do: hold, approvers: [sre]}\n"
WORDS = "some words of a question that is long enough " * 26
WARM = 50


class Nothing:
    """Records nothing, has no credential, and never answers."""

    async def record(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        pass

    def headers_for(self, connection: str) -> Headers:  # noqa: ARG002
        return ()

    async def ask(self, asked: Asked, patience: float) -> Answer:  # noqa: ARG002
        never: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        return await never


async def kb_each(count: int) -> float:
    """Memory that one held call takes here; its body has 1.3 KB. What gRPC and the link keep of it comes on top."""
    gate, nothing, dialogues = warm_gate(RULE), Nothing(), list[Dialogue]()
    names = iter(range(WARM + count))
    seat = Seat(
        lambda: Exchange(gate, f"gx_{next(names)}"), nothing, nothing, "s", {"p": ClaimNames()}, approvals=nothing
    )

    async def hold(number: int) -> None:
        dialogue = Dialogue(seat, _unsaid, _unbroken)
        await dialogue.receive(RequestHeaders(_head(number), False, {"p": {"sub": "ada", "groups": ("engineering",)}}))
        await dialogue.receive(RequestBody(_body(number), True))
        dialogues.append(dialogue)

    for number in range(WARM):
        await hold(number)
    gc.collect()
    before = resident("self")
    for number in range(WARM, WARM + count):
        await hold(number)
    gc.collect()
    return (resident("self") - before) / count


def resident(process: str) -> int:
    """KB of memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def _head(number: int) -> Headers:
    return (
        (":method", "POST"), (":path", "/v1/messages?beta=true"), (":authority", "gate"),
        ("content-type", "application/json"), ("anthropic-version", "2023-06-01"), ("x-app", "cli"),
        ("user-agent", "claude-cli/2.0 (external, sdk-py)"), ("x-claude-code-session-id", f"s{number}"),
    )  # fmt: skip


def _body(number: int) -> bytes:
    question = {"role": "user", "content": f"Please drop table {number}: {WORDS}"}
    return json.dumps({"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": [question]}).encode()


async def _unsaid(said: Outbound) -> None:
    raise RuntimeError(f"it was not held: {said}")


def _unbroken(error: BaseException) -> None:
    raise error
