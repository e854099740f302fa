"""The local ClickHouse as a process of its own: 400 MB that the data plane shall not carry.

Rule: told to stop, it lets open answers finish for some seconds, then closes the engine; told again, it does the same.
"""

import ipaddress
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from sidecar.core.errors import needing
from sidecar.processes import ending

Say = Callable[[str], None]
STANDARD_PORT = 8123


def beside(url: str | None) -> tuple[str, int] | None:
    """The loopback address and port that a DSN names, where a local one can stand; nothing for any other server."""
    parts = urlsplit(url or "")
    if parts.scheme != "http" or parts.hostname is None:
        return None
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return None
    return (host, parts.port or STANDARD_PORT) if loopback else None


def serve(data: Path, port: int, address: str, say: Say) -> None:
    """Until SIGTERM or Ctrl-C. The signals are heard from the first moment on."""
    told, insist = threading.Event(), ending.insisting()

    def stop(number: int, frame: FrameType | None) -> None:
        insist(number, frame)
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with needing("clickhouse", "local"):
        from sidecar.record.local.serve import Options, start  # noqa: PLC0415  (its packages are an extra)
    with start(Options(data, port, address)) as running:
        say(f"ClickHouse {running.version} (chDB) answers at {running.url}, data in {data} (Ctrl-C stops it)")
        while running.alive and not told.wait(1.0):
            pass
