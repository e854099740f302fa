"""What a check of this gate's record needs: where the record is, which keys signed it, which anchors it has."""

from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.record.keys import published
from sidecar.record.sources import Source, SpoolSource, file_anchor
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


def anchors_of(settings: Settings) -> list[Anchored]:
    """Those that are files; a log collector's lines are given by `--anchor`."""
    files = [place.file for place in settings.record.anchors if place.file is not None]
    return [kept for file in files if (kept := file_anchor(file)) is not None]
