"""Step: a command waits until a person says yes; the agent knows nothing of it but that its tool took longer."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from sidecar.control.client import Client
from sidecar.processes.demo.agent import Turn
from sidecar.processes.demo.play import DEPLOY, DEPLOYED, DEPLOYING
from sidecar.processes.demo.stage import Stage, until
from sidecar.processes.demo.step import Check, Seen, Shown, Step

SENT = f"{DEPLOY} 7 to production, please."
SCRIPT = '#!/bin/sh\necho "$@" >> live.txt\necho deployed\n'
# Seconds in which the question reaches the control plane: the agent's program takes most of it to start.
ASKED_WITHIN = 30.0
READS = 1.0  # seconds that the person takes to read
RATIONALE = "Build 7 was tested."
Ran = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """While it waited. `ticket`: as the reviewer saw it. `ran`: how often the command had run by then. `own`: what the
    agent's token got when it tried to approve."""

    ticket: Mapping[str, object]
    ran: int
    ended: bool
    own: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """`waiting` is nothing if nobody was asked. `released`: seconds from the decision to the agent's whole answer."""

    waiting: Waiting | None
    turn: Turn
    ran: int
    released: float


def judged(seen: Evidence) -> tuple[Check, ...]:
    held = seen.waiting
    return (
        Check("people were asked, and saw the command", held is not None and DEPLOYING in str(held.ticket)),
        Check("and what it would do: run code", held is not None and "runs_code" in str(held.ticket)),
        Check("while it waited the command did not run", held is not None and not held.ran and not held.ended),
        Check("the agent's own token could not approve it", held is not None and held.own in (401, 403)),
        Check(f"after the yes it ran, once ({seen.ran} times)", seen.ran == 1),
        Check("the agent went on, and nothing failed", DEPLOYED in seen.turn.text and not seen.turn.failed),
    )


async def run(stage: Stage) -> Seen:
    key = stage.settings.control_plane.owner_key
    with Client(stage.settings.control, lambda: key.read_text().strip()) as person:
        async with stage.agent("holding") as agent:
            ran = _deployable(agent.work)
            telling = asyncio.create_task(agent.tell(SENT))
            try:
                ticket = await _asked(person)
                waiting = await _looked(stage, person, ticket, telling, ran) if ticket else None
                decided = time.monotonic()
                if ticket:
                    await asyncio.to_thread(person.decide, ticket, True, RATIONALE, False)
                turn = await telling
            finally:
                telling.cancel()
    seen = Evidence(waiting, turn, ran(), time.monotonic() - decided)
    return Seen(_shown(seen), judged(seen))


def _deployable(work: Path) -> Ran:
    """A script to deploy with, and how often it ran."""
    script, live = work / "deploy.sh", work / "live.txt"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return lambda: len(live.read_text().splitlines()) if live.exists() else 0


async def _asked(person: Client) -> str | None:
    """The ticket that waits, or nothing: nobody was asked."""
    found: list[str] = []

    async def waits() -> bool:
        items = (await asyncio.to_thread(person.approvals, {"state": "pending"}))["items"]
        if isinstance(items, list):
            found.extend(str(one["id"]) for one in items)
        return bool(found)

    return found[0] if await until(waits, ASKED_WITHIN) else None


async def _looked(stage: Stage, person: Client, ticket: str, telling: "asyncio.Task[Turn]", ran: Ran) -> Waiting:
    shown = await asyncio.to_thread(person.approval, ticket)
    headers = dict([stage.bearer()])
    async with httpx.AsyncClient(base_url=stage.settings.control, headers=headers, trust_env=False) as agent:
        own = await agent.post(f"/v1/approvals/{ticket}/decisions", json={"yes": True})
    await asyncio.sleep(READS)
    return Waiting(shown, ran(), telling.done(), own.status_code)


def _shown(seen: Evidence) -> tuple[Shown, ...]:
    held = seen.waiting
    why = str(held.ticket.get("why")) if held else "nothing: nobody was asked"
    return (
        Shown("agent sent", SENT),
        Shown("model said", f'Bash: {{"command": "{DEPLOYING}"}}'),
        Shown("reviewer saw", f"{why} {_texts(held.ticket)}" if held else why),
        Shown("reviewer said", f"yes: {RATIONALE}" if held else "nothing"),
        Shown("agent got", f"{seen.turn.text} ({seen.released:.1f} s after the yes)"),
    )


def _texts(ticket: Mapping[str, object]) -> str:
    content = ticket.get("content")
    return "; ".join(f"{one['title']}: {one['text']}" for one in content) if isinstance(content, list) else ""


STEP = Step("hold", "A command waits until a person says yes", run)
