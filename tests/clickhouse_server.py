"""The local ClickHouse as a real process, for tests: `with clickhouse(folder) as server:`."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.limited import line, stopped

START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers at `url`."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """As a power cut would, for the process."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        return stopped(self.process)


@contextmanager
def clickhouse(folder: Path, port: int = 0) -> Iterator[Server]:
    """Started on the folder, stopped at the end unless it is gone by then."""
    server = started(folder, port)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def started(folder: Path, port: int = 0) -> Server:
    process = subprocess.Popen(
        [sys.executable, "-m", "sidecar.cli.main", "serve", "clickhouse", "--port", str(port), "--data", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    with process.stdout:
        said = line(process, START_SECONDS)  # it speaks once: when it answers
    if " answers at " not in said:
        raise RuntimeError(f"the local ClickHouse ended with {process.wait(START_SECONDS)}: {said}")
    server = Server(process, int(said.split(" answers at ")[1].split(",")[0].rpartition(":")[2]))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{server.url}/ping", timeout=5) as answer:
            if answer.read() == b"Ok.\n":
                return server
    raise RuntimeError("the local ClickHouse does not answer")
