"""The tables: made, brought up to date, and compared with what this program knows.

Rules:
- Every statement of a migration may run twice, and from two replicas at once: there is nothing to lock, and a crash in
  between is mended by the next run. That it was applied is noted after it was.
- A database of a newer program is left alone, and so is one whose migrations are not the ones known here.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, Trouble, told
from sidecar.record.clickhouse.render import Migration, migrations

VERSIONS = Migration(
    0,
    "versions",
    "-- shard by 1\n"
    "CREATE TABLE IF NOT EXISTS gatehouse_migrations (version UInt32, name String, digest String, "
    "at DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY version",
)
UNKNOWN_TABLE = 60


class WrongSchema(Trouble):
    """The database is not of the age that this program knows."""

    @property
    def reason(self) -> str:
        return "schema"


def migrate(client: Client, place: Place, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Migration]:
    """What was applied now."""
    with told(place.address):
        _run(client, VERSIONS, place)
    missing = outstanding(client, place)
    with told(place.address):
        for migration in missing:
            _run(client, migration, place)
            row = [migration.version, migration.name, migration.digest, clock()]
            client.insert("gatehouse_migrations", [row], column_names=["version", "name", "digest", "at"])
    return missing


def outstanding(client: Client, place: Place) -> list[Migration]:
    """What is known here and not there. Raises `WrongSchema` for a database that this program does not know."""
    known, applied = migrations(), _applied(client, place)
    newest = known[-1].version
    if applied and max(applied) > newest:
        said = f"a newer Gatehouse made these tables (version {max(applied)}, this one knows {newest}): start that one"
        raise WrongSchema(f"{place.address}: {said}")
    for migration in known:
        if applied.get(migration.version, migration.digest) != migration.digest:
            said = f"migration {migration.version} ({migration.name}) there is not the one that this version knows"
            raise WrongSchema(f"{place.address}: {said}; use another database, or the Gatehouse that made it")
    return [migration for migration in known if migration.version not in applied]


def checked(client: Client, place: Place) -> None:
    """Raises `WrongSchema` unless everything is there."""
    if missing := outstanding(client, place):
        have, need = missing[0].version - 1, missing[-1].version
        said = f"the tables are of an older Gatehouse (version {have}, this one needs {need})"
        raise WrongSchema(f"{place.address}: {said}: run `gatehouse audit migrate`")


def _applied(client: Client, place: Place) -> Mapping[int, str]:
    try:
        with told(place.address):
            rows = client.query("SELECT version, digest FROM gatehouse_migrations FINAL").result_rows
    except Trouble as trouble:
        if trouble.code != UNKNOWN_TABLE:
            raise
        return {}
    return {int(version): str(digest) for version, digest in rows}


def _run(client: Client, migration: Migration, place: Place) -> None:
    for statement in migration.statements(place.cluster, place.database):
        client.command(statement)
