"""What the engine says when something fails, as ClickHouse says it over HTTP.

Rule: the engine's own words go to the client unchanged: this server holds one person's development data on loopback.
"""

import re

# The engine repeats the beginning for each layer that the failure passed, and its version at the end.
SAID = re.compile(r"(?:Code: (?P<code>\d+)\. (?=DB::)(?:DB::\w+: (?=Code: ))?)+(?P<rest>DB::.*)", re.DOTALL)
VERSION = re.compile(r" \(version [^()]*\)\.?")
NAME = re.compile(r"\(([A-Z0-9_]+)\)[\s.]*$")
STD_EXCEPTION = 1001

# Status by ClickHouse's error codes, as its HTTP handler answers them; everything else is 500.
STATUS: dict[int, int] = {
    # What was written cannot be read.
    **dict.fromkeys((6, 25, 26, 27, 38, 41, 72, 53, 62, 117, 167, 168, 190, 321, 456, 457), 400),
    194: 401,  # REQUIRED_PASSWORD
    # A name that does not exist: function, identifier, type, storage, table, aggregate, format, type of query,
    # database, sorting, setting, database engine.
    **dict.fromkeys((46, 47, 50, 56, 60, 63, 73, 78, 81, 102, 115, 336), 404),
    **dict.fromkeys((192, 193, 497, 516), 403),
    159: 408,  # TIMEOUT_EXCEEDED
    307: 413,  # TOO_MANY_BYTES
    48: 501,  # NOT_IMPLEMENTED
    **dict.fromkeys((76, 209), 503),
}


class Failure(Exception):  # noqa: N818  (an outcome that the client is told)
    """A ClickHouse error: number, name, sentence."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.name = name
        self.message = message

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 500)

    def text(self, version: str) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"Code: {self.code}. DB::Exception: {self.message}{name} (version {version} (chDB))\n"


def heard(error: Exception) -> Failure:
    """The failure inside an exception of the engine."""
    if isinstance(error, Failure):
        return error
    text = _text(error)
    found = SAID.search(text)
    if found is None:
        return Failure(STD_EXCEPTION, "STD_EXCEPTION", text or type(error).__name__)
    said = VERSION.sub("", found["rest"].partition(": ")[2]).strip()
    name = ""
    while named := NAME.search(said):
        name, said = named[1], said[: named.start()].rstrip()
    return Failure(int(found["code"]), name, said)


def _text(error: Exception) -> str:
    """What was said. The engine quotes the bytes that it could not read, and the library fails on them in turn."""
    return error.object.decode("utf-8", "replace") if isinstance(error, UnicodeDecodeError) else str(error)
