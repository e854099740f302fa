"""Who may read the record in ClickHouse: roles, and row policies, so that a team sees its own.

Rules:
- A policy stands on the tables, not on the views: whoever reads a table behind a view sees no more.
- Which groups a call belongs to stands only in its first event, so the others are found by their exchange.
- The chained events, the texts and the gate's own facts belong to no team: a role that is bound to groups does not get
  them.
"""

from collections.abc import Iterator, Mapping

from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, Trouble, told

# No right to manage access; no storage that could be written.
NO_ACCESS_STORAGE = frozenset((497, 514))
BY_EXCHANGE = ("exchange_facts", "finding_facts", "tool_call_facts", "approval_facts", "call_facts", "answer_facts")
DAILY = ("daily", "daily_callers", "daily_connections", "daily_models", "daily_rules")
VIEWS = ("exchanges", "findings", "tool_calls", "approvals", "sessions", *DAILY)
# `caller_facts` has no policy: it is what the policies ask, and says no more than which group a call was of.
ALL = (*BY_EXCHANGE, *VIEWS, "prices", "caller_facts")
WHOLE = ("events", "parts", "checkpoint_facts", "checkpoints", "gate_facts", "gate_events", "legal_holds")


def grant(client: Client, place: Place, readers: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What could not be done, as sentences."""
    try:
        with told(place.address):
            for statement in statements(readers, place.database, place.cluster):
                client.command(statement)
    except Trouble as trouble:
        if trouble.code not in NO_ACCESS_STORAGE:
            raise
        return [f"{place.address}: no roles were made: this server or user cannot manage access (code {trouble.code})"]
    return []


def statements(readers: Mapping[str, tuple[str, ...]], database: str, cluster: str | None = None) -> Iterator[str]:
    on = f" ON CLUSTER `{cluster}`" if cluster else ""
    suffix = "_local" if cluster else ""
    for reader, groups in readers.items():
        role = f"`{database}_{reader}`"
        yield f"CREATE ROLE IF NOT EXISTS {role}{on}"
        for table in ALL if groups else (*ALL, *WHOLE):
            yield f"GRANT{on} SELECT ON `{database}`.{table} TO {role}"
            if suffix and table not in VIEWS:
                yield f"GRANT{on} SELECT ON `{database}`.{table}{suffix} TO {role}"
        for table in BY_EXCHANGE:
            name = f"CREATE ROW POLICY OR REPLACE `{reader}`{on} ON `{database}`.{table}{suffix}"
            yield f"{name} FOR SELECT USING {_own(groups, f'`{database}`.caller_facts{suffix}')} TO {role}"


def _own(groups: tuple[str, ...], table: str) -> str:
    if not groups:
        return "1"
    listed = ", ".join("'" + group.replace("\\", "\\\\").replace("'", "\\'") + "'" for group in groups)
    return f"exchange IN (SELECT exchange FROM {table} WHERE hasAny(groups, [{listed}]))"  # noqa: S608
