"""What a check of this gate's record needs: where the record is, and which keys signed it."""

from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.record.keys import published
from sidecar.record.sources import Source, SpoolSource
from sidecar.settings.values import Settings


def source_of(settings: Settings, spool_only: bool, only: frozenset[str] | None = None) -> Source:
    """The database with what the spool still holds, or the spool alone where there is no database."""
    record = settings.record
    if spool_only or record.clickhouse is None:
        return SpoolSource(record.spool, only)
    from sidecar.record.clickhouse.source import DatabaseSource  # noqa: PLC0415  (the client takes 300 ms)

    return DatabaseSource(record, only)


def keys_of(folder: Path) -> PublicKeys:
    keys = published(folder)
    if not keys:
        raise ConfigurationError.single(str(folder), "there are no public keys here: nothing could be trusted")
    return keys
