"""The log: an event, and fields that say which and how much; JSON lines for machines, a line of text for a terminal.

Strategy: the standard library's logging carries the records, so that what libraries log comes out the same way. Two
formatters decide what a record may show.

Rules:
- A field is shown only if its type is plain (text, number, truth, path, list or mapping of those). Of anything else
  the type's name is shown: a `Secret`, a body or an object that holds one cannot be logged by accident.
- Text is cut at 300 characters: nobody reads more in a line, and a body in a log is a leak.
- Of an exception its type and where it was raised are shown, and its message only if it is one of ours: those never
  hold a value, while a `KeyError` of a library says the key.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import TextIO

from sidecar.core.errors import GatehouseError

LONGEST_TEXT = 300
MOST_ITEMS = 20
DEEPEST = 3
LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
ExceptionTriple = tuple[type[BaseException], BaseException, TracebackType | None]


class EventLog:
    """`EventLog("rulebook").warning("policies refused", mistakes=3)`."""

    __slots__ = ("_logger",)

    def __init__(self, source: str) -> None:
        self._logger = logging.getLogger(f"gatehouse.{source}")

    def debug(self, event: str, **fields: object) -> None:
        self._say(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        self._say(logging.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        self._say(logging.WARNING, event, fields)

    def error(self, event: str, error: BaseException | None = None, **fields: object) -> None:
        self._say(logging.ERROR, event, fields, error)

    def _say(self, level: int, event: str, fields: Mapping[str, object], error: BaseException | None = None) -> None:
        if self._logger.isEnabledFor(level):
            # The event goes in as an argument: a `%` in it is only a `%`.
            self._logger.log(level, "%s", event, extra={"fields": fields}, exc_info=error)


def configure(level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Send everything to one stream in one form. `auto` is text on a terminal, JSON lines elsewhere."""
    out = stream or sys.stderr
    text = form == "text" or (form == "auto" and out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(TextLines() if text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])


def shown(value: object, depth: int = 0) -> object:
    """What a log may show of a value."""
    match value:
        case None | bool() | int() | float():
            return value
        case str() | PurePath():
            return _cut(str(value))
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case GatehouseError():
            return _cut(str(value))
        case Mapping() if depth < DEEPEST:
            return {_cut(str(key)): shown(inner, depth + 1) for key, inner in list(value.items())[:MOST_ITEMS]}
        case list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return [shown(inner, depth + 1) for inner in list(value)[:MOST_ITEMS]]
        case _:
            return f"<{type(value).__name__}>"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}... ({len(text)} characters)"


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            **_fields(record),
            "time": _when(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "source": record.name.removeprefix("gatehouse."),
            "event": _cut(record.getMessage()),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """One line for a person. Control characters are escaped: what a client sent must not move the cursor."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {key}={_plain(value)}" for key, value in _fields(record).items())
        source = record.name.removeprefix("gatehouse.")
        head = f"{_when(record):%H:%M:%S} {record.levelname.lower():7} {source}: {_cut(record.getMessage())}"
        return (head if head.isprintable() else json.dumps(head)[1:-1]) + fields


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if text.isprintable() and " " not in text and text else json.dumps(text)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    given = getattr(record, "fields", {})
    fields = {str(key): shown(value) for key, value in given.items()} if isinstance(given, Mapping) else {}
    if record.exc_info and record.exc_info[1] is not None:
        fields |= _raised(record.exc_info[1])
    return fields


def _raised(error: BaseException) -> dict[str, object]:
    """Type and places, innermost last; neither source lines nor, unless it is ours, the message."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    told: dict[str, object] = {"error": type(error).__name__}
    if isinstance(error, GatehouseError):
        told["said"] = _cut(str(error))
    if frames:
        told["at"] = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return told


def _when(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
