"""The control plane: people decide on held calls, tokens are exchanged, and the console shows what happened.

Strategy: both listeners are bound before anything else, so that a port in use is one sentence at once; they answer when
the database is migrated and the trail open. On the way down the console goes first, then the data planes' streams: they
come again, here or to another replica, and ask again whatever still waits.

Rule: the trail is a chain of its own in `<state>/control/spool`, signed with this machine's keys and delivered like any
other.
"""

import asyncio
import platform
from collections.abc import Mapping
from importlib.metadata import version

from sidecar.control.desk.anchors import Anchors
from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.gates.credentials import ServerTls
from sidecar.control.gates.hall import Hall
from sidecar.control.gates.server import GateServer
from sidecar.control.notify.outbox import Outbox
from sidecar.control.store.engine import StoreFailed
from sidecar.control.store.store import Store
from sidecar.core.errors import ConfigurationError
from sidecar.processes import anchoring, console, control_secrets, ending, notifying, recording, state_folder
from sidecar.processes.console_questions import RecordQuestions
from sidecar.processes.console_serve import ConsoleServer
from sidecar.record.clickhouse.place import place
from sidecar.record.clickhouse.shipper import Shipper
from sidecar.record.spool import Spool
from sidecar.settings.control import Control
from sidecar.settings.environment import environment
from sidecar.settings.values import Settings
from sidecar.telemetry.health import Health
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import CONNECTED_GATES, PENDING_TICKETS, RECORD_SECONDS, WAITING_CALLS, Metrics

CONDITIONS = ("database", "record", "data planes", "console")
HOUSEKEEPING = 0.5  # seconds; how late a ticket may expire
log = EventLog("control")


class ControlPlane:
    """`run`: until told to stop."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._control = settings.control_plane
        self._environ = environ if environ is not None else environment()
        state_folder.prepared(state_folder.prepared(settings.state) / "control")
        self._keys = console.Keys(
            control_secrets.link_key(self._control, self._environ), control_secrets.owner_key(self._control)
        )
        self._dsn = control_secrets.dsn(self._control, self._environ)
        notifying.checked(self._control.notifications, self._environ)
        self._metrics = Metrics()
        self._health = Health(CONDITIONS, self._metrics.text)

    async def run(self, stop: asyncio.Event | None = None) -> None:
        stop = stop or ending.signalled()
        web = ConsoleServer(self._control.listen)
        store = await self._opened()
        spool, shipper = self._trail(), self._shipping()
        http, questions = console.new_http(), RecordQuestions(self._settings)
        telling = notifying.Notifying(self._control, store, spool, http, self._environ)
        try:
            desk = self._desk(store, spool)
            hall = Hall(store, desk.tickets, desk.blocks)
            gates = self._gates(hall)
            http_side = (self._health, self._keys, http, self._environ, questions, web.leaving)
            await web.start(console.composed(self._settings, desk, *http_side))
            await hall.start()
            await gates.start()
            telling.start()
            for condition in CONDITIONS:
                self._health.set(condition)
            log.info("ready", console=self._control.url, port=web.port, gates_port=gates.port)
            await self._until(stop, desk.tickets, hall)
            log.info("stopping")
            await web.stop()
            await gates.stop()
            await hall.close()
        finally:
            await telling.close()
            await http.aclose()
            await questions.close()
            await spool.close()
            await recording.shipped((shipper,) if shipper else ())
            await store.close()

    async def _until(self, stop: asyncio.Event, tickets: Tickets, hall: Hall) -> None:
        chore = asyncio.create_task(self._keep_house(tickets, hall))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((chore, stopped), return_when=asyncio.FIRST_COMPLETED)
        if chore.done():
            chore.result()  # it ends only through a bug: say so, loudly
        chore.cancel()
        await asyncio.wait((chore,))

    async def _keep_house(self, tickets: Tickets, hall: Hall) -> None:
        while True:
            try:
                await tickets.expire_due()
                self._metrics.set(PENDING_TICKETS, await tickets.pending())
                self._health.set("database")
            except StoreFailed as error:
                self._health.set("database", False)
                log.warning("the database does not answer", why=str(error))
            self._metrics.set(CONNECTED_GATES, len(hall.visits))
            self._metrics.set(WAITING_CALLS, hall.waiting)
            await asyncio.sleep(HOUSEKEEPING)

    async def _opened(self) -> Store:
        try:
            return await Store.open(self._dsn)
        except StoreFailed as error:
            raise ConfigurationError.single("control.database", str(error)) from error

    def _trail(self) -> Spool:
        record = self._settings.record
        return Spool(
            self._control.folder / "spool",
            recording.signing_keys(self._settings.state),
            gate=f"{platform.node()} control",
            version=version("gatehouse"),
            durability=record.durability,
            limit_bytes=record.limit,
            checkpoint_seconds=record.checkpoints.seconds,
            checkpoint_events=record.checkpoints.events,
            anchors=anchoring.anchors(self._settings, own_store=False),
            observe=lambda seconds: self._metrics.observe(RECORD_SECONDS, seconds),
        )

    def _shipping(self) -> Shipper | None:
        record = self._settings.record
        if record.clickhouse is None:
            return None
        shipper = Shipper(self._control.folder / "spool", place(record), self._metrics, record.database)
        shipper.start()
        return shipper

    def _desk(self, store: Store, trail: Spool) -> console.Desk:
        outbox = Outbox(self._control.notifications)
        tickets = Tickets(store, trail, outbox=outbox, pending_per_caller=self._control.pending_per_caller)
        return console.Desk(store, tickets, Blocks(store, trail, outbox=outbox), Anchors(store), trail)

    def _gates(self, hall: Hall) -> GateServer:
        listen = self._control.gates
        # Whoever has a certificate of the right authority needs no key as well.
        key = None if listen.client_ca else self._keys.link
        return GateServer(hall, listen.address, listen.port, key=key, tls=_tls(self._control))


def _tls(control: Control) -> ServerTls | None:
    pair = control.gates.tls
    return ServerTls(pair.certificate, pair.key, control.gates.client_ca) if pair else None
