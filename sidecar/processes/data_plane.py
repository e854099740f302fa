"""The data plane: judges every exchange that Envoy brings, and records it.

Strategy: everything that can be wrong with the configuration is found before the socket opens; Envoy is served only
when the policies are compiled, the detectors warm and the record open. A reload compiles in a thread, so that open
streams go on meanwhile, and swaps one reference.
"""

import asyncio
import platform
import secrets
import time
from collections.abc import Callable, Sequence

from sidecar.control.link.link import Load
from sidecar.core.detect import catalogue
from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.rules import Rules
from sidecar.core.mask.memory import Memories
from sidecar.core.policy.book import PolicySource
from sidecar.core.wire.json_strict import JsonLimits
from sidecar.extproc.grpc_server import Limits, Server
from sidecar.extproc.onward import onward_socket
from sidecar.extproc.seat import Exchange, Nobody, Recorder, Seat
from sidecar.processes import bundles, crediting, ending, linking, recording, state_folder
from sidecar.processes.counted import CountedExchange, CountedRecorder, reported
from sidecar.processes.providers import claim_names
from sidecar.processes.sealed import SealedExchange
from sidecar.processes.settling import settle
from sidecar.processes.unrecorded import Gaps
from sidecar.record.keeper import Keeper
from sidecar.record.pinned import PinFile
from sidecar.record.sealing import Sealer
from sidecar.record.spool import Spool
from sidecar.rulebook.book import book_of
from sidecar.rulebook.bundle.follower import Follower
from sidecar.rulebook.rulebook import Rulebook
from sidecar.settings.environment import environment
from sidecar.settings.ready import unready
from sidecar.settings.values import Settings
from sidecar.telemetry.health import Health, HealthServer
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import OPEN_EXCHANGES, SESSIONS, Metrics

CONDITIONS = ("policies", "record", "envoy socket")
HOUSEKEEPING = 1.0  # seconds; what is looked at by then is a gauge, a memory to seal, or a policy file
GRACE = 10.0  # seconds that open exchanges have when told to stop; Envoy has drained before
log = EventLog("data-plane")


def unix_clock() -> Callable[[], float]:
    """Unix seconds that only move forward, whatever happens to the machine's clock."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


def compile_rules(sources: Sequence[PolicySource]) -> Rules:
    """Policies to rules that are ready to scan at full speed."""
    rules = Rules.of(book_of(sources))
    rules.compiled.warm()
    return rules


class DataPlane:
    """Made: everything that can be refused was. `run`: until told to stop."""

    def __init__(self, settings: Settings) -> None:
        _refuse_what_cannot_start(settings)
        self._settings = settings
        state = state_folder.prepared(settings.state)
        names = tuple(upstream.name for upstream in settings.connections)
        self._metrics = Metrics(names, (detector.id for detector in catalogue.builtin()))
        self._health = Health(CONDITIONS, self._metrics.text)
        self._follower = bundles.follower(settings, self._metrics, unix_clock(), environment())
        if self._follower is not None:
            bundles.begun(self._follower)
        self._rulebook = Rulebook(
            settings.policies, compile_rules, lambda rules: rules.digest, self._metrics, bundle=bundles.kept(settings)
        )
        self._gate = Gate(
            self._rulebook.current,
            tuple(upstream.connection for upstream in settings.connections),
            state_folder.mask_key(state, settings.mask_key_file),
            Memories(most_sessions=settings.limits.sessions, each=settings.limits.session_bytes),
            limits=JsonLimits(settings.limits.decoded_body, settings.limits.json_depth),
            body_limit=settings.limits.body,
            keep_originals=settings.record.auditor_key is not None,
            name=platform.node(),
        )
        self._link = linking.linked(settings, self._load, environment())
        if self._link is not None:
            self._gate.blocked = self._link.blocks.against
            self._gate.quarantine.tell, self._link.stops.known = self._link.stops.stop, self._gate.quarantine.lift
        self._server: Server | None = None
        self._spool: Spool | None = None
        self._sealer = Sealer.of(settings.record.auditor_key) if settings.record.auditor_key else None
        self._keeper = Keeper(settings.restore, settings.record.spool / "restore", self._gate.memories)
        self._pins = PinFile(state, self._gate.pins)
        self._pins.load()
        self._vault = crediting.vault(settings, self._metrics, self._changed)
        self._diary: recording.Diary | None = None
        self._secret = state_folder.route_secret(state)

    async def run(self, stop: asyncio.Event | None = None) -> None:
        stop = stop or ending.signalled()
        metrics = self._settings.metrics
        health = HealthServer(self._health, metrics.address, metrics.port)
        spool = recording.opened(self._settings, self._metrics)
        shipper = recording.shipping(self._settings, self._metrics)
        counted = CountedRecorder(spool, self._metrics)
        recorder = Gaps(counted, self._metrics, lambda: spool.fill.roomy, unix_clock())
        self._diary = recording.Diary(recorder)
        self._diary.policies(self._rulebook.status(), self._rulebook.current)
        server = Server(
            self._seat(recorder),
            self._settings.envoy.socket,
            limits=Limits(streams=self._settings.limits.exchanges),
            report=reported(self._metrics),
        )
        self._server, self._spool = server, spool
        chores = [
            asyncio.create_task(self._health.beats()),
            asyncio.create_task(self._watch_rules(self._diary)),
            asyncio.create_task(self._keep_house(server, spool, recorder, self._diary)),
            *([asyncio.create_task(self._follow(self._follower, self._diary))] if self._follower else []),
        ]
        try:
            await self._serve(server, health, stop, chores)
        finally:
            for chore in chores:
                chore.cancel()
            await server.stop(GRACE)
            await self._vault.close()
            if self._link is not None:
                await self._link.close()
            await self._diary.settle()
            await recorder.close()
            await spool.close()
            await recording.shipped(shipper)
            self._keeper.save()
            if self._pins.gather():
                self._pins.save()
            health.stop()

    async def _serve(
        self, server: Server, health: HealthServer, stop: asyncio.Event, chores: "list[asyncio.Task[None]]"
    ) -> None:
        self._keeper.load()
        if self._link is not None:
            await self._link.start()
        await server.start()
        for condition in CONDITIONS:
            self._health.set(condition)
        await server.ready(True)
        settle()
        for sentence in self._vault.missing():
            log.warning("calls will be refused", why=sentence)
        log.info("ready", socket=self._settings.envoy.socket, metrics_port=health.port)
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait((stopped, *chores), return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        for task in done - {stopped}:
            task.result()  # a chore ends only through a bug: say so, loudly

    def _seat(self, recorder: Recorder) -> Seat:
        return Seat(
            self._exchange,
            recorder,
            self._vault,
            self._secret,
            claim_names(self._settings),
            unix_clock(),
            self._link.approvals if self._link else Nobody(),
            self._link.blocks if self._link else Nobody(),
            onward_socket(self._settings.envoy.socket),
        )

    def _load(self) -> Load:
        """What the control plane is told of this data plane."""
        if self._server is None or self._spool is None:
            return Load(self._gate.rules.digest)
        fill = self._spool.fill
        return Load(self._gate.rules.digest, self._server.open, fill.used, fill.limit)

    def _exchange(self) -> Exchange:
        exchange = CountedExchange(self._gate, f"gx_{secrets.token_hex(10)}", self._metrics)
        return SealedExchange(exchange, self._sealer) if self._sealer else exchange

    async def _watch_rules(self, diary: recording.Diary) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING)
            changed = await self._rulebook.look()
            diary.policies(self._rulebook.status(), self._rulebook.current)
            if changed:
                current = self._rulebook.current
                # Sessions that began under older rules are judged by both: unite them before the first one calls.
                await asyncio.to_thread(self._gate.sessions.prepare, current)
                self._gate.rules = current

    async def _follow(self, follower: Follower, diary: recording.Diary) -> None:
        while True:
            self._rulebook.elsewhere(follower.refused)
            diary.policies(self._rulebook.status(), self._rulebook.current)
            await asyncio.sleep(HOUSEKEEPING)
            await follower.look()

    async def _keep_house(self, server: Server, spool: Spool, gaps: Gaps, diary: recording.Diary) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING)
            self._metrics.set(OPEN_EXCHANGES, server.open)
            self._metrics.set(SESSIONS, len(self._gate.memories))
            recording.gauged(spool, self._metrics)
            crediting.gauged(self._vault, self._metrics)
            if self._link is not None:
                linking.gauged(self._link, self._metrics)
            await gaps.look()
            await asyncio.to_thread(self._keeper.save)
            for wish in await asyncio.to_thread(self._pins.look):
                diary.pins(wish, self._gate.pins.grant(wish))
            if self._pins.gather():
                await asyncio.to_thread(self._pins.save)

    def _changed(self, connection: str) -> None:
        log.info("another credential is in use", connection=connection)
        if self._diary is not None:
            self._diary.credential_changed(connection)


def _refuse_what_cannot_start(settings: Settings) -> None:
    if mistakes := unready(settings):
        raise ConfigurationError(mistakes)
