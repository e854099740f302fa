"""A connection to the database for many readers: opened when first asked, and again after trouble.

Rules:
- One client is shared by threads: it has no session at the server, and its connections are a pool.
- The tables are compared with this program's once a connection, not once a question.
"""

import threading
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, Trouble, connected, told
from sidecar.record.clickhouse.schema import checked

Rows = Sequence[Sequence[Any]]
Settings = Mapping[str, object]
ANY: Settings = MappingProxyType({})


class Ledger:
    """Whatever goes wrong is a `Trouble`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._client: Client | None = None
        self._lock = threading.Lock()

    def rows(self, sql: str, given: Mapping[str, object] | None = None) -> Rows:
        return self.table(sql, given or {})[1]

    def table(self, sql: str, given: Mapping[str, object], settings: Settings = ANY) -> tuple[Sequence[str], Rows]:
        """The names of the columns, and the rows."""
        client = self._open()
        try:
            with told(self.place.address):
                found = client.query(sql, dict(given), settings=dict(settings))
                return found.column_names, found.result_rows
        except Trouble:
            self.close()
            raise

    def do(self, sql: str, given: Mapping[str, object] | None = None) -> None:
        client = self._open()
        with told(self.place.address):
            client.command(sql, parameters=dict(given or {}))

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _open(self) -> Client:
        with self._lock:
            if self._client is None:
                client = connected(self.place)
                try:
                    checked(client, self.place)
                except Trouble:
                    client.close()
                    raise
                self._client = client
            return self._client
