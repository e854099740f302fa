"""From `gatehouse.yaml`, or from nothing, to `Settings`.

Strategy: what a person wrote (`written.py`) is checked and turned into what the program uses (`values.py`); the two
are different types, so that nothing unchecked can be passed on. All mistakes are reported at once.

Rules:
- A path is relative to the folder of the file it stands in; without a file, to the working folder.
- Without a file this is a laptop: loopback, development identity, the starter policy, a local ClickHouse, and the
  simulator in place of Claude when no API key is in the environment.
"""

from collections.abc import Mapping
from pathlib import Path

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.model.document import Document, read_yaml, validated
from sidecar.settings.checks import cross_checks
from sidecar.settings.convert import settings_from
from sidecar.settings.environment import CONFIG, OVERRIDES, environment
from sidecar.settings.values import Settings
from sidecar.settings.written import Written

STANDARD_FILE = "gatehouse.yaml"
# A configuration is read whole; nobody writes a megabyte of it by hand.
MAX_BYTES = 1 << 20


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings, or every mistake in them."""
    surroundings = environment() if environ is None else environ
    file = _chosen(path, surroundings)
    if file is None:
        document = Document("the built-in settings", _laptop(surroundings), {})
    else:
        document = read_yaml(_text(file), str(file))
    return _checked(_overridden(document, surroundings), file)


def _chosen(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    named = path or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)
    if named is not None:
        return named
    standard = Path(STANDARD_FILE)
    return standard if standard.exists() else None


def _laptop(environ: Mapping[str, str]) -> dict[str, object]:
    return {
        "development": {"identity": True, "simulator": not environ.get("ANTHROPIC_API_KEY")},
        "record": {"clickhouse": "http://127.0.0.1:8123/gatehouse"},
    }


def _text(file: Path) -> str:
    try:
        if file.is_dir():
            raise ConfigurationError.single(str(file), "is a folder: name the file in it")
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ConfigurationError.single(str(file), "is larger than 1 MiB: this is not a configuration")
        return raw.decode()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError.single(str(file), "is not UTF-8 text") from error


def _overridden(document: Document, environ: Mapping[str, str]) -> Document:
    """The document with the few settings replaced that the environment may replace."""
    if document.value is not None and not isinstance(document.value, dict):
        return document
    value: dict[str, object] = dict(document.value or {})
    for variable, place in OVERRIDES.items():
        if environ.get(variable):
            _replace(value, place, _override(variable, place, environ[variable]))
    return Document(document.file, value, document.lines)


def _override(variable: str, place: tuple[str, ...], text: str) -> str:
    """The variable's value, checked on its own, so that the mistake names the variable and not a line of the file."""
    nested: object = text
    for step in reversed(place):
        nested = {step: nested}
    try:
        validated(Document(variable, nested, {}), Written)
    except ConfigurationError as error:
        raise ConfigurationError([Mistake(variable, 0, mistake.message) for mistake in error.mistakes]) from error
    # A path in a variable is meant from where the command runs, not from where the file lies.
    return str(Path(text).absolute()) if place == ("state",) else text


def _replace(value: dict[str, object], place: tuple[str, ...], new: str) -> None:
    top, *rest = place
    inner = value.get(top)
    if not rest:
        value[top] = new
    elif inner is None or isinstance(inner, dict):
        value[top] = {**(inner or {}), rest[0]: new}


def _checked(document: Document, file: Path | None) -> Settings:
    folder = file.absolute().parent if file else Path.cwd()
    mistakes: list[Mistake] = cross_checks(document, folder)
    try:
        written = validated(document, Written)
    except ConfigurationError as error:
        raise ConfigurationError([*error.mistakes, *mistakes]) from error
    if mistakes:
        raise ConfigurationError(mistakes)
    return settings_from(written, file.absolute() if file else None, folder)
