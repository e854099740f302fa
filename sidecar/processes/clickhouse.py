"""The local ClickHouse as a process of its own: 400 MB that the data plane shall not carry.

Rule: told to stop, it lets open answers finish for some seconds, then closes the engine; told again, it does the same.
"""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from sidecar.core.errors import ConfigurationError

Say = Callable[[str], None]


def serve(data: Path, port: int, address: str, say: Say) -> None:
    """Until SIGTERM or Ctrl-C. The signals are heard from the first moment on."""
    told = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        from sidecar.record.local.serve import Options, start  # noqa: PLC0415  (its packages are an extra)
    except ModuleNotFoundError as error:
        raise ConfigurationError.single(
            "clickhouse", f"needs the package {error.name}: pip install 'gatehouse[local]'"
        ) from error
    with start(Options(data, port, address)) as running:
        say(f"ClickHouse {running.version} (chDB) answers at {running.url}, data in {data} (Ctrl-C stops it)")
        while running.alive and not told.wait(1.0):
            pass
