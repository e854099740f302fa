"""What a check of this gate's record needs: where the record is, and which keys signed it."""

from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.record import spool_file
from sidecar.record.joined import Joined
from sidecar.record.keys import published
from sidecar.record.sources import Source, SpoolSource
from sidecar.settings.values import Settings

ACCESS = "access"  # the spool of who opened sealed originals, in the state folder


def source_of(settings: Settings, spool_only: bool, only: frozenset[str] | None = None) -> Source:
    """The database with what the spool still holds, or the spool alone where there is no database."""
    record = settings.record
    folders = (record.spool, settings.state / ACCESS, settings.control_plane.folder / "spool")
    there = [folder for folder in folders if (folder / spool_file.NAME).is_file()]
    if spool_only or record.clickhouse is None:
        return Joined([SpoolSource(folder, only) for folder in there or [record.spool]])
    from sidecar.record.clickhouse.source import DatabaseSource  # noqa: PLC0415  (the client takes 300 ms)

    return DatabaseSource(record, only, Joined([SpoolSource(folder, only) for folder in there]) if there else None)


def keys_of(folder: Path) -> PublicKeys:
    keys = published(folder)
    if not keys:
        raise ConfigurationError.single(str(folder), "there are no public keys here: nothing could be trusted")
    return keys
