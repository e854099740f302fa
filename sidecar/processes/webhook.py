"""The admission webhook: pods get their gate, policies are looked at before they are stored.

Strategy: the listener is bound first, then certificates are there, then the API server is told whom to trust, and then
it is ready. Afterwards one look after the other keeps all of that as it must be; a look that fails is said, counted,
and tried again, while pods go on being answered by what is known.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sidecar.control.admission import trust
from sidecar.control.admission.app import Hook, app
from sidecar.control.admission.certificates import Terms, ends
from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.copies import Copies
from sidecar.control.admission.edits import judged
from sidecar.control.admission.eligible import ANSWERS, LABEL
from sidecar.control.admission.keeping import Keeping
from sidecar.control.admission.namespaces import Labels, Namespaces
from sidecar.control.admission.pods import Pods
from sidecar.control.admission.policies import looked_at
from sidecar.control.admission.review import Answer, Review
from sidecar.control.admission.telling import Telling
from sidecar.control.admission.version import knows_native
from sidecar.processes import ending
from sidecar.processes.policy_check import PolicyCheck
from sidecar.processes.settling import settle
from sidecar.processes.webhook_server import Shown, WebhookServer
from sidecar.settings.webhook import Webhook
from sidecar.telemetry.health import Health, HealthServer
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import ADMISSION_SECONDS, ADMISSIONS, CERTIFICATE_ENDS, COPIES_STALE, Metrics

CONDITIONS = ("cluster", "certificate", "copies", "listener")
# Mounted files change within a minute, a Secret of ours ends in days; changed values should not wait longer.
EVERY = 5.0
log = EventLog("webhook")


class WebhookProcess:
    """`run`: until told to stop."""

    def __init__(
        self, settings: Webhook, terms: Terms | None = None, every: float = EVERY, check: PolicyCheck | None = None
    ) -> None:
        self._settings = settings
        self._check = check or PolicyCheck()
        self._every = every
        self._metrics = Metrics()
        self._health = Health(CONDITIONS, self._metrics.text)
        self._server = WebhookServer(settings.address, settings.port)
        self._shown = Shown()
        self._authority = ""
        self._terms = terms or Terms()

    @property
    def port(self) -> int:
        return self._server.port

    async def run(self, stop: asyncio.Event | None = None) -> None:
        stopping = stop or ending.signalled()
        cluster = Cluster(self._settings.cluster)
        namespaces = Namespaces(cluster, time.monotonic)
        copies = Copies(
            cluster, namespaces, self._settings.injection, lambda: self._authority, self._asked, time.monotonic
        )
        telling = Telling(cluster, time.time)
        health = HealthServer(self._health, self._settings.metrics.address, self._settings.metrics.port)
        chores: list[asyncio.Task[None]] = []
        try:
            await self._check.start()
            look = self._looks(cluster, copies)
            native = await self._first(stopping, cluster, look)
            if native is None:
                return
            pods = Pods(self._settings.injection, native, namespaces.labels, copies.ensure, telling.tell)
            await self._server.start(app(self._hooks(pods)), self._shown)
            self._health.set("listener")
            # A review is thousands of small objects that are all gone after it: nothing to find in them.
            settle(50_000, 20)
            log.info("ready", port=self.port, metrics_port=health.port, native_sidecars=native)
            chores = [asyncio.create_task(one) for one in (self._again(look), telling.run(), self._health.beats())]
            stopped = asyncio.create_task(stopping.wait())
            done, _ = await asyncio.wait((stopped, *chores), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            for chore in done - {stopped}:
                chore.result()  # it ends only through a bug: say so, loudly
            log.info("stopping")
        finally:
            for chore in chores:
                chore.cancel()
            await self._server.stop()
            await self._check.close()
            await cluster.close()
            health.stop()

    def _asked(self, namespace: str, labels: Labels) -> bool:
        injection = self._settings.injection
        return namespace not in injection.excluded and ANSWERS.get(labels.get(LABEL, ""), injection.default)

    def _hooks(self, pods: Pods) -> dict[str, Hook]:
        async def policies(review: Review) -> Answer:
            return await looked_at(review, self._check)

        async def copies(review: Review) -> Answer:
            return judged(review, self._settings.user, self._settings.namespace)

        async def worn(review: Review) -> Answer:
            return pods.worn(review)

        return {
            self._settings.inject: Hook("inject", pods.answered, self._seen),
            self._settings.policies: Hook("policies", policies, self._seen),
            self._settings.copies: Hook("copies", copies, self._seen),
            self._settings.pods: Hook("pods", worn, self._seen),
        }

    def _seen(self, hook: str, outcome: str, seconds: float) -> None:
        self._metrics.add(ADMISSIONS, hook=hook, outcome=outcome)
        self._metrics.observe(ADMISSION_SECONDS, seconds, hook=hook)

    def _looks(self, cluster: Cluster, copies: Copies) -> "Callable[[], Awaitable[None]]":
        own = self._settings.certificates
        place = (self._settings.namespace, own.secret)
        keeping = Keeping(cluster, place, own.names, lambda: datetime.now(UTC), self._terms)
        paths = [f"mutatingwebhookconfigurations/{own.mutating}", f"validatingwebhookconfigurations/{own.validating}"]

        async def look() -> None:
            if own.self_managed:
                kept = await keeping.look()
                self._take(kept.known, kept.leaf.certificate, kept.leaf.key)
                await trust.told(cluster, paths, kept.known)
            else:
                names = ("ca.crt", "tls.crt", "tls.key")
                files = [await asyncio.to_thread((own.folder / name).read_text) for name in names]
                self._take(*files)
            self._health.set("certificate")
            await copies.look()
            self._health.set("copies")

        return look

    def _take(self, authority: str, certificate: str, key: str) -> None:
        if self._shown.take(certificate, key):
            log.info("another certificate is shown", ends=ends(certificate).isoformat())
            self._metrics.set(CERTIFICATE_ENDS, ends(certificate).timestamp())
        self._authority = authority

    async def _first(
        self, stopping: asyncio.Event, cluster: Cluster, look: "Callable[[], Awaitable[None]]"
    ) -> bool | None:
        """Everything is there for the first time: whether the cluster knows native sidecars. Nothing: stopped first."""
        wanted = self._settings.injection.native
        while not stopping.is_set():
            try:
                native = await knows_native(cluster) if wanted == "auto" else wanted == "always"
                self._health.set("cluster")
                await look()
                return native
            except (ClusterFailed, OSError, ValueError) as error:
                log.warning("not ready yet", why=str(error))
            await _until(stopping, min(self._every, 1.0))
        return None

    async def _again(self, look: "Callable[[], Awaitable[None]]") -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await look()
                self._metrics.set(COPIES_STALE, 0)
            except (ClusterFailed, ssl.SSLError, OSError, ValueError) as error:
                self._metrics.set(COPIES_STALE, 1)
                log.warning("not everything is up to date", why=str(error))


async def _until(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
