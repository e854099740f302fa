"""Every metric there is, in one table, and the only way to count.

Rules:
- A label's values are a closed set: words listed here, or names from the configuration and the detector catalogue.
  Anything else becomes `other`. So no subject, session, path or matched value can become a label, and no client can
  make the number of series grow.
- A metric without its line in the table does not exist.
"""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.process_collector import ProcessCollector

from sidecar.telemetry.metric import COUNTER, GAUGE, HISTOGRAM, From, Metric, Values

OTHER = "other"


# Bytes of Python and re2 work: from one cached block (10 us) to a 32 MiB body.
SECONDS = (0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30)
CHARACTERS = (0, 2, 4, 8, 12, 16, 24, 32, 64, 128, 512)

_VERDICTS = frozenset(("allow", "mask", "hold", "deny", "refused", "failed"))
_REASONS = frozenset(("bug", "gone", "protocol", "record", "shutdown", "timeout", "upstream"))
_STATUSES = frozenset(str(status) for status in range(100, 600))
_OUTCOMES = frozenset(("patched", "allowed", "refused", "failed", "malformed"))
_HOOKS = frozenset(("inject", "policies", "copies", "pods"))
_DIRECTIONS = frozenset(("request", "answer"))

EXCHANGES = Metric(
    COUNTER,
    "gatehouse_exchanges",
    "Exchanges that ended, by what was decided and what the client got.",
    {"connection": From.CONNECTIONS, "verdict": _VERDICTS, "status": _STATUSES},
)
OPEN_EXCHANGES = Metric(GAUGE, "gatehouse_open_exchanges", "Exchanges that are under way.")
STREAM_FAILURES = Metric(
    COUNTER, "gatehouse_stream_failures", "Exchanges that were broken off, by why.", {"reason": _REASONS}
)
FINDINGS = Metric(
    COUNTER,
    "gatehouse_findings",
    "Values that a detector found, by what was done about them.",
    {"detector": From.DETECTORS, "action": frozenset(("allow", "mask", "hold", "deny", "shadow"))},
)
BYTES = Metric(COUNTER, "gatehouse_bytes", "Bytes of bodies that came in.", {"direction": _DIRECTIONS})
SCAN_SECONDS = Metric(
    HISTOGRAM, "gatehouse_scan_seconds", "Time to judge one body or piece.", {"direction": _DIRECTIONS}, SECONDS
)
HELD_BACK = Metric(
    HISTOGRAM,
    "gatehouse_held_back_characters",
    "Characters of an answer that had to wait for the next piece.",
    buckets=CHARACTERS,
)
POLICY_LOADS = Metric(
    COUNTER,
    "gatehouse_policy_loads",
    "Times that policies were read, by outcome.",
    {"outcome": frozenset(("ok", "refused"))},
)
POLICY_LOADED = Metric(
    GAUGE, "gatehouse_policy_loaded_timestamp_seconds", "When the policies in force were loaded, in Unix seconds."
)
POLICY_STALE = Metric(
    GAUGE, "gatehouse_policy_stale", "1 while the newest policies were refused and older ones are in force."
)
POLICY_INFO = Metric(GAUGE, "gatehouse_policy_info", "1 for the policies in force.", {"digest": From.DIGEST})
BUNDLE_VERSION = Metric(
    GAUGE, "gatehouse_bundle_version", "Version of the signed bundle in force.", {"digest": From.DIGEST}
)
BUNDLE_MADE = Metric(GAUGE, "gatehouse_bundle_made_timestamp_seconds", "When it was made, in Unix seconds.")
BUNDLE_SEEN = Metric(GAUGE, "gatehouse_bundle_seen_timestamp_seconds", "When the bundle's place last answered.")
BUNDLE_FAILED = Metric(GAUGE, "gatehouse_bundle_failed_timestamp_seconds", "When it last did not; 0: never.")
BUNDLE_LOOKS = Metric(
    COUNTER,
    "gatehouse_bundle_looks",
    "Times that the bundle's place was asked, by outcome.",
    {"outcome": frozenset(("new", "same", "refused", "away"))},
)
CREDENTIAL_ERRORS = Metric(
    COUNTER,
    "gatehouse_credential_errors",
    "Calls refused because a connection's credential was not there.",
    {"connection": From.CONNECTIONS},
)
OAUTH_FETCHES = Metric(
    COUNTER,
    "gatehouse_oauth_fetches",
    "Tokens asked for at a connection's token endpoint, by what came of it.",
    {"connection": From.CONNECTIONS, "outcome": frozenset(("ok", "refused", "unreachable", "malformed"))},
)
OAUTH_TOKENS = Metric(
    GAUGE, "gatehouse_oauth_tokens", "Fetched tokens that are in use.", {"connection": From.CONNECTIONS}
)
OAUTH_OLDEST = Metric(
    GAUGE, "gatehouse_oauth_oldest_token_seconds", "Age of the oldest of them.", {"connection": From.CONNECTIONS}
)
RECORD_SECONDS = Metric(HISTOGRAM, "gatehouse_record_seconds", "Time until a record was on disk.", buckets=SECONDS)
RECORD_FAILURES = Metric(COUNTER, "gatehouse_record_failures", "Records that could not be made durable.")
SPOOL_BYTES = Metric(GAUGE, "gatehouse_spool_bytes", "Bytes of the record that wait for the database.")
SPOOL_LIMIT = Metric(GAUGE, "gatehouse_spool_limit_bytes", "Bytes that may wait before new calls are refused.")
DATABASE = Metric(
    GAUGE, "gatehouse_record_database", "1 where a database takes the record, 0 where it stays in the spool."
)
SPOOL_ALARM = Metric(
    GAUGE, "gatehouse_spool_alarm_percent", "The highest mark that the spool has passed: 50, 80 or 95; 0 below."
)
UNRECORDED = Metric(
    COUNTER,
    "gatehouse_unrecorded_calls",
    "Calls that passed unrecorded because the record was full and every policy for them said so.",
    {"connection": From.CONNECTIONS},
)
ANCHOR_LAG = Metric(GAUGE, "gatehouse_anchor_lag_checkpoints", "Most checkpoints that an anchor does not have yet.")
ANCHORS_FAILING = Metric(GAUGE, "gatehouse_anchors_failing", "Anchors that do not take checkpoints at present.")
LAG_EVENTS = Metric(GAUGE, "gatehouse_shipper_lag_events", "Events that the database does not have yet.")
LAG_SECONDS = Metric(GAUGE, "gatehouse_shipper_lag_seconds", "Age of the oldest event that the database lacks.")
SHIPPED = Metric(COUNTER, "gatehouse_shipper_events", "Events that the database took.")
SHIP_RETRIES = Metric(COUNTER, "gatehouse_shipper_retries", "Times that the database did not take a batch.")
SET_ASIDE = Metric(
    COUNTER, "gatehouse_shipper_set_aside", "Events that the database refuses, kept in the spool's folder."
)
SHIP_TROUBLE = Metric(
    GAUGE,
    "gatehouse_shipper_trouble",
    "1 while events cannot be shipped, by why; the log has the sentence.",
    {"reason": frozenset(("away", "rights", "schema", "spool", "other"))},
)
SESSIONS = Metric(GAUGE, "gatehouse_sessions", "Sessions whose masked values are in memory.")
PENDING_TICKETS = Metric(GAUGE, "gatehouse_pending_tickets", "Held calls that wait for people, on all data planes.")
CONNECTED_GATES = Metric(GAUGE, "gatehouse_connected_gates", "Data planes that are connected to this control plane.")
WAITING_CALLS = Metric(GAUGE, "gatehouse_waiting_calls", "Calls that wait on streams of this control plane.")
CONTROL_CONNECTED = Metric(GAUGE, "gatehouse_control_connected", "1 while this data plane is connected.")
CONTROL_SILENT = Metric(
    GAUGE, "gatehouse_control_silent_seconds", "Seconds since the control plane was last heard; -1: never."
)
HELD_CALLS = Metric(GAUGE, "gatehouse_held_calls", "Calls of this data plane that wait for people.")
BLOCKS_IN_FORCE = Metric(GAUGE, "gatehouse_blocks_in_force", "Blocks that this data plane knows.")
ADMISSIONS = Metric(
    COUNTER,
    "gatehouse_admissions",
    "Reviews that the admission webhook answered, by what it said.",
    {"hook": _HOOKS, "outcome": _OUTCOMES},
)
ADMISSION_SECONDS = Metric(
    HISTOGRAM,
    "gatehouse_admission_seconds",
    "Time to answer a review.",
    {"hook": _HOOKS},
    (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10),
)
CERTIFICATE_ENDS = Metric(
    GAUGE, "gatehouse_webhook_certificate_end_seconds", "When the webhook's certificate ends, in Unix seconds."
)
COPIES_STALE = Metric(
    GAUGE, "gatehouse_webhook_stale", "1 while settings, policies or the authority cannot be brought to namespaces."
)

TABLE: tuple[Metric, ...] = (
    EXCHANGES,
    OPEN_EXCHANGES,
    STREAM_FAILURES,
    FINDINGS,
    BYTES,
    SCAN_SECONDS,
    HELD_BACK,
    POLICY_LOADS,
    POLICY_LOADED,
    POLICY_STALE,
    POLICY_INFO,
    BUNDLE_VERSION,
    BUNDLE_MADE,
    BUNDLE_SEEN,
    BUNDLE_FAILED,
    BUNDLE_LOOKS,
    CREDENTIAL_ERRORS,
    OAUTH_FETCHES,
    OAUTH_TOKENS,
    OAUTH_OLDEST,
    RECORD_SECONDS,
    RECORD_FAILURES,
    SPOOL_BYTES,
    SPOOL_LIMIT,
    SPOOL_ALARM,
    DATABASE,
    UNRECORDED,
    ANCHOR_LAG,
    ANCHORS_FAILING,
    LAG_EVENTS,
    LAG_SECONDS,
    SHIPPED,
    SHIP_RETRIES,
    SET_ASIDE,
    SHIP_TROUBLE,
    SESSIONS,
    PENDING_TICKETS,
    CONNECTED_GATES,
    WAITING_CALLS,
    CONTROL_CONNECTED,
    CONTROL_SILENT,
    HELD_CALLS,
    BLOCKS_IN_FORCE,
    ADMISSIONS,
    ADMISSION_SECONDS,
    CERTIFICATE_ENDS,
    COPIES_STALE,
)


class Metrics:
    """The numbers of one process, in a registry of its own."""

    def __init__(self, connections: Iterable[str] = (), detectors: Iterable[str] = ()) -> None:
        # Otherwise each counter has a second series, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._known = {From.CONNECTIONS: frozenset(connections), From.DETECTORS: frozenset((*detectors, "rule"))}
        self._children: dict[tuple[str, ...], Counter | Gauge | Histogram] = {}
        self._made = {metric.name: self._create(metric) for metric in TABLE}

    def add(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Count. A gauge may also go down."""
        made = self._child(metric, labels)
        if not isinstance(made, Counter | Gauge):
            raise TypeError(f"{metric.name} is observed, not counted")
        made.inc(amount)

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        made = self._child(metric, labels)
        if not isinstance(made, Gauge):
            raise TypeError(f"{metric.name} is not a gauge")
        made.set(value)

    def observe(self, metric: Metric, value: float, **labels: str) -> None:
        made = self._child(metric, labels)
        if not isinstance(made, Histogram):
            raise TypeError(f"{metric.name} is not a histogram")
        made.observe(value)

    def only(self, metric: Metric, value: float, **labels: str) -> None:
        """One series at a time: what was before is no longer in force."""
        self._made[metric.name].clear()
        self._children = {key: child for key, child in self._children.items() if key[0] != metric.name}
        self.set(metric, value, **labels)

    def text(self) -> bytes:
        """What a scrape gets."""
        return generate_latest(self._registry)

    def _create(self, metric: Metric) -> Counter | Gauge | Histogram:
        names = tuple(metric.labels)
        if metric.kind == COUNTER:
            return Counter(metric.name, metric.help, names, registry=self._registry)
        if metric.kind == GAUGE:
            return Gauge(metric.name, metric.help, names, registry=self._registry)
        return Histogram(metric.name, metric.help, names, registry=self._registry, buckets=metric.buckets)

    def _child(self, metric: Metric, labels: Mapping[str, str]) -> Counter | Gauge | Histogram:
        if labels.keys() != metric.labels.keys():
            raise ValueError(f"{metric.name} has the labels {sorted(metric.labels)}, not {sorted(labels)}")
        key = (metric.name, *(self._closed(metric.labels[name], labels[name]) for name in metric.labels))
        found = self._children.get(key)
        if found is None:
            found = self._made[metric.name]
            if labels:
                found = found.labels(*key[1:])
            # Bounded, because the labels are closed; looking one up again would cost five times as much.
            self._children[key] = found
        return found

    def _closed(self, values: Values, value: str) -> str:
        """The value if it is one of the closed set, or `other`."""
        if values is From.DIGEST:
            return value if len(value) <= 64 and value.isalnum() else OTHER
        if values is From.DETECTORS and value.startswith("rule/"):
            value = "rule"  # a policy's own detector: its name is a person's words
        known = self._known[values] if isinstance(values, From) else values
        return value if value in known else OTHER
