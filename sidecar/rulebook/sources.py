"""Policy files, found by path or pattern and read whole.

Rules: all mistakes at once. A pattern that matches nothing is a mistake: rules that somebody wrote are not in force.
The order is that of the names, and says nothing about strictness.
"""

from collections.abc import Iterable, Sequence
from glob import glob
from pathlib import Path

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.policy.book import PolicySource

# A thousand rules are some 200 KiB; a larger file is a data set that someone dropped in the folder.
MAX_BYTES = 1 << 20
MAX_FILES = 1_000


def files_of(patterns: Iterable[str]) -> tuple[Path, ...]:
    """What the patterns name now, each once."""
    return tuple(
        Path(name) for name in sorted({name for pattern in patterns for name in glob(pattern, recursive=True)})
    )


def read_sources(patterns: Sequence[str]) -> tuple[PolicySource, ...]:
    """Every file's text, or every reason why not."""
    mistakes = [Mistake(pattern, 0, "matches no file") for pattern in patterns if not files_of([pattern])]
    files = files_of(patterns)
    if len(files) > MAX_FILES:
        mistakes.append(Mistake(", ".join(patterns), 0, f"names {len(files)} files; {MAX_FILES} are the most"))
    sources: list[PolicySource] = []
    for file in files[:MAX_FILES]:
        try:
            sources.append(PolicySource(str(file), _text(file)))
        except ConfigurationError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise ConfigurationError(mistakes)
    return tuple(sources)


def _text(file: Path) -> str:
    """One file as text."""
    name = str(file)
    try:
        if file.is_dir():
            raise ConfigurationError.single(name, f"is a folder: name the files in it, such as {name}/*.yaml")
        if not file.is_file():
            raise ConfigurationError.single(name, "is not a file")  # a pipe or device would block us for ever
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ConfigurationError.single(name, f"is larger than {MAX_BYTES >> 20} MiB: this is not a policy")
        return raw.decode()
    except OSError as error:
        raise ConfigurationError.single(name, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigurationError.single(name, "is not UTF-8 text from here on", line) from error
