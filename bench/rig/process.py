"""What another process has used so far: CPU to the nanosecond, and memory."""

import subprocess
import time
from pathlib import Path

_SCHED = 2  # the clock of a process that counts all it ran, threads that have ended included


def cpu_seconds(pid: int) -> float:
    """User and system time of every thread. The clock's number is what `clock_getcpuclockid` computes."""
    return time.clock_gettime((~pid << 3) | _SCHED)


def memory_mb(pid: int) -> dict[str, float]:
    """Resident memory now and at its highest, in MB; `private`: what would be free again if the process ended."""
    status, maps = _fields(Path(f"/proc/{pid}/status")), _fields(Path(f"/proc/{pid}/smaps_rollup"))
    private = maps["Private_Clean"] + maps["Private_Dirty"]
    found = {"resident": status["VmRSS"], "private": private, "highest": status["VmHWM"]}
    return {name: round(kilobytes / 1000, 1) for name, kilobytes in found.items()}


def _fields(file: Path) -> dict[str, int]:
    """The lines of the form `Name:  12 kB`; in truth they are KiB."""
    lines = (line.split() for line in file.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 // 1000 for words in lines if words[-1] == "kB"}


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
