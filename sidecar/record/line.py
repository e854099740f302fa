"""One fact as one line of canonical JSON, and back.

Rules: keys sorted, no spaces, UTF-8, no NaN. A lone surrogate, which UTF-8 cannot carry, stays the escape it came as.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path


def payload(fact: Mapping[str, object]) -> bytes:
    """The fact alone. A value that JSON cannot carry is a bug in the caller, and raises there."""
    text = json.dumps(dict(fact), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # `backslashreplace` writes a surrogate as \udXXX, which is exactly its JSON escape.
    return text.encode("utf-8", "backslashreplace")


def line(seq: int, kind: str, at: str, body: bytes) -> bytes:
    """The whole line; the names stand in the order that sorting them would give."""
    return b'{"fact":%b,"kind":%b,"seq":%d,"time":"%b"}\n' % (body, json.dumps(kind).encode(), seq, at.encode())


def written_at(seconds: float) -> str:
    """Unix seconds as RFC 3339 in UTC with microseconds: sorts as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def facts(folder: Path) -> Iterator[dict[str, object]]:
    """Every recorded line of a spool, oldest file first. A torn last line, promised to nobody, is left out."""
    for path in sorted(folder.glob("*.jsonl")):
        for raw in path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(raw)
