"""A gate with people behind it: the real Envoy, the real data plane, the simulator as upstream, and a test that answers
in the place of the control plane.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.detect import catalogue
from sidecar.core.exchange.exchange import Exchange
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.http import Headers
from sidecar.core.policy.book import PolicySource, compile_book
from sidecar.extproc.bootstrap.spec import ConnectionSpec
from sidecar.extproc.grpc_server import Server
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.seat import NO_PARTS, Approvals, Parts, Seat
from sidecar.simulator.serve import Options, Running, start
from tests.envoy.rig import SECRET, Envoy, Loop, Tokens, spec_for

KEY = "upstream-key"
POLICY = """
policy: agents
applies: {}
rules:
  - {id: deploys, match: {regex: 'deploy to (prod|live)'}, do: hold, approvers: [sre], say: People look at deployments.}
  - {id: quiet, match: {keywords: [quietly]}, do: hold, deny: {as: answer}}
  - {id: mails, detect: [pii/email], do: mask, how: token}
"""


@dataclass
class People:
    """Answers come from the test, in any thread: `answers` is asked for each question until it has one."""

    answers: Callable[[Asked], Answer | None] = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    patience: float = 540.0  # at most, whatever the exchange says
    block: Block | None = None
    watching: list[Callable[[], None]] = field(default_factory=list)

    async def ask(self, asked: Asked, patience: float) -> Answer:
        self.asked.append(asked)
        deadline = time.monotonic() + min(patience, self.patience)
        try:
            while (answer := self.answers(asked)) is None:
                if time.monotonic() > deadline:
                    return Answer(Outcome.WAITING)
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            self.withdrawn.append(asked.id)
            raise
        return answer

    def against(self, caller: Caller, connection: str) -> Block | None:
        return self.block if self.block is not None and self.block.stops(caller, connection) else None

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.watching.append(changed)
        return lambda: self.watching.remove(changed)


@dataclass
class Record:
    facts: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def record(self, kind: str, fact: Mapping[str, Any], parts: Parts = NO_PARTS) -> None:
        self.facts.append((kind, fact))

    def headers_for(self, connection: str, token: str | None) -> Headers:
        return (("x-api-key", KEY),)

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [fact for one, fact in self.facts if one == kind]


@dataclass
class Manned:
    """`base_url` and `token` are what an agent is given."""

    base_url: str
    token: str
    people: People
    record: Record
    simulator: Running
    server: Server
    loop: Loop

    def stop(self, block: Block | None) -> None:
        """Put a block, or lift it."""
        self.people.block = block
        self.loop.run(self._changed())

    async def _changed(self) -> None:
        for changed in tuple(self.people.watching):
            changed()


@contextmanager
def manned(
    folder: Path, policy: str = POLICY, *, loop: Loop | None = None, ask: Approvals | None = None, **envoy: Any
) -> Iterator[Manned]:
    """`ask`: whoever is asked instead, in an event loop that the test has made."""
    loop, tokens, people, record = loop or Loop(), Tokens(), People(), Record()
    numbers = itertools.count(1)
    with start(Options(record=folder / "received.jsonl", api_key=KEY)) as simulator:
        rules = Rules.of(compile_book([PolicySource("policy.yaml", policy)], catalogue.builtin()))
        rules.compiled.warm()
        claude = Connection("claude", Kind.CLAUDE, simulator.url)
        gate = Gate(rules, (claude,), b"a key of the tests, not a secret", name="test", blocked=people.against)
        seat = Seat(
            lambda: Exchange(gate, f"gx_{next(numbers)}"),
            record,
            record,
            SECRET,
            {"company": ClaimNames()},
            time.time,
            people if ask is None else ask,
            people,
        )
        at = {"connections": (ConnectionSpec("claude", simulator.url),), "socket": folder / "ext_proc.sock", **envoy}
        server = loop.run(_started(seat, folder / "ext_proc.sock"))
        program = Envoy(spec_for(folder, tokens, simulator, **at), folder)  # type: ignore[arg-type]
        try:
            yield Manned(program.url, tokens.mint(), people, record, simulator, server, loop)
        finally:
            program.stop()
            loop.run(server.stop(0))
            loop.close()


async def _started(seat: Seat, socket: Path) -> Server:
    server = Server(seat, socket)
    await server.start()
    await server.ready(True)
    return server
