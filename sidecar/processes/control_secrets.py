"""The secrets of a control plane: where they are read, and those that are made here.

Rule: a secret is never part of a sentence, and never of the settings.
"""

from collections.abc import Mapping
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.processes.state_folder import kept
from sidecar.settings.control import Control, Source

SQLITE = "control.sqlite"


def read(source: Source, setting: str, environ: Mapping[str, str]) -> str:
    """What stands there, or a `ConfigurationError` that names the setting."""
    if source.env is not None:
        if value := environ.get(source.env, "").strip():
            return value
        raise ConfigurationError.single(setting, f"the environment variable {source.env} is not set")
    if source.file is None:
        raise ConfigurationError.single(setting, "names no place")
    try:
        if value := source.file.read_text().strip():
            return value
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "is not text"
        raise ConfigurationError.single(setting, f"{source.file} cannot be read: {why}") from error
    raise ConfigurationError.single(setting, f"{source.file} is empty")


def link_key(control: Control, environ: Mapping[str, str]) -> str:
    """The key that data planes show: the configured one, or one of our own that is made once."""
    if control.link.key.file == control.link_key:
        return kept(control.link_key)
    return read(control.link.key, "control.link.key", environ)


def owner_key(control: Control) -> str:
    """The key of whoever can read this machine's state folder; made once."""
    return kept(control.owner_key)


def dsn(control: Control, environ: Mapping[str, str]) -> str:
    """Where the state is kept."""
    if control.database is not None:
        return read(control.database, "control.database", environ)
    return f"sqlite://{Path(control.folder / SQLITE).absolute()}"
