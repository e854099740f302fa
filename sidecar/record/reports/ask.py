"""A question to the database, saved or somebody's own, and its answer.

Rules:
- Questions are asked read-only: what is in a file may not change the record.
- A mistake in somebody's own SQL is told in the database's words; they are about that SQL.
"""

from collections.abc import Mapping
from datetime import datetime

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from sidecar.record.clickhouse.place import Place, Trouble, connected, told
from sidecar.record.clickhouse.schema import checked
from sidecar.record.reports.forms import Table

# 2: may read, and may say in which form.
READ_ONLY = {"readonly": 2}
LONGEST_SENTENCE = 600


def ask(place: Place, sql: str, given: Mapping[str, object], *, own: bool = False) -> Table:
    client: Client = connected(place)
    try:
        if not own:
            checked(client, place)
        with told(place.address):
            return _asked(client, sql, given, own)
    finally:
        client.close()


def period(begin: datetime, until: datetime, team: str) -> dict[str, object]:
    """The values that saved questions name; times are UTC, as text, so that no time zone of a server counts."""
    return {"begin": f"{begin:%F %T.%f}", "until": f"{until:%F %T.%f}", "team": team}


def _asked(client: Client, sql: str, given: Mapping[str, object], own: bool) -> Table:
    try:
        found = client.query(sql, dict(given), settings=dict(READ_ONLY))
    except DatabaseError as error:
        if own and getattr(error, "code", None):
            raise Trouble(f"the database refuses: {str(error)[:LONGEST_SENTENCE]}") from error
        raise
    return Table(found.column_names, [list(row) for row in found.result_rows])
