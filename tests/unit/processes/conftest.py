"""The console's record: a local ClickHouse with some thousand calls of a month, made by the database itself."""

from tests.unit.record.view.conftest import ledger, place

__all__ = ["ledger", "place"]
