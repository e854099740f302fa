"""The text of a file that a person wrote."""

from pathlib import Path

from sidecar.core.errors import ConfigurationError

# A policy or a file of cases is written by hand.
MAX_BYTES = 4 << 20


def text_of(file: Path) -> str:
    """A file a person wrote, or a sentence why it cannot be read."""
    try:
        raw = file.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ConfigurationError.single(str(file), f"is larger than {MAX_BYTES >> 20} MiB")
        return raw.decode()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError.single(str(file), "is not UTF-8 text") from error
