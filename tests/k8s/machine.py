"""A pod on this machine: its containers as processes, in the order and with the files that the kubelet gives them.

Strategy: one network namespace for the pod, which the test enters at will; what a container is, `container.py` says.

Rule: nothing outlives the block: containers are ended in the reverse order, and the namespaces go with them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.k8s.container import lay_out, line, programs
from tests.k8s.rig import Object

WITHIN = 120.0  # seconds; a busy machine takes its time
UNSHARE = ("unshare",) if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user")


class Machine:
    """`files`: volume -> file -> content, of every volume that is not empty."""

    def __init__(self, pod: Object, files: Mapping[str, Mapping[str, str]], folder: Path) -> None:
        self.spec, self._folder = pod["spec"], folder
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._pause: subprocess.Popen[bytes] | None = None
        for volume in self.spec["volumes"]:
            lay_out(self.volume(volume["name"]), files.get(volume["name"], {}))
        programs(folder)

    def volume(self, name: str) -> Path:
        return self._folder / "volumes" / name

    def log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text(errors="replace")

    def start(self) -> None:
        lo = "ip link set lo up && exec sleep infinity"
        self._pause = subprocess.Popen([*UNSHARE, "--net", "sh", "-c", lo])
        self._until(lambda: "UP" in self.inside("ip", "-o", "link", "show", "lo").stdout, "the network")

    def containers(self) -> None:
        """Init containers in order: each to its end, or, if it runs on, until its startup probe holds."""
        for one in self.spec["initContainers"]:
            process = self.spawn(one["name"], line(one, self.volume, self._folder))
            if one.get("restartPolicy") == "Always":
                self._until(lambda one=one: self.holds(one["startupProbe"]), one["name"])  # type: ignore[misc]
            elif code := process.wait(WITHIN):
                raise RuntimeError(f"{one['name']} ended with {code}: {self.log(one['name'])}")

    def holds(self, probe: Mapping[str, Any]) -> bool:
        if "exec" in probe:
            return self.inside(*probe["exec"]["command"]).returncode == 0
        url = f"http://127.0.0.1:{probe['httpGet']['port']}{probe['httpGet']['path']}"
        ask = f"import urllib.request as r; r.urlopen({url!r}, timeout=2)"
        return self.inside(sys.executable, "-c", ask).returncode == 0

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the pod's network."""
        return subprocess.run(self._entered(*command), capture_output=True, text=True, check=False, timeout=WITHIN)

    def spawn(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(self._entered(*command), stdout=log, stderr=log, start_new_session=True)
        self._running.append((name, process))
        return process

    def stop(self) -> None:
        for _, process in reversed(self._running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(5)
        if self._pause is not None:
            self._pause.kill()
            self._pause.wait(5)

    def _entered(self, *command: str) -> list[str]:
        assert self._pause is not None
        return ["nsenter", "-t", str(self._pause.pid), *(() if os.geteuid() == 0 else ("-U",)), "-n", *command]

    def _until(self, holds: Any, what: str) -> None:
        deadline = time.monotonic() + WITHIN
        while not holds():
            ended = next((name for name, one in self._running if one.poll() not in (None, 0)), None)
            if time.monotonic() > deadline or ended:
                said = self.log(ended or what) if self._running else ""
                raise RuntimeError(f"{what} does not answer{f', {ended} ended' if ended else ''}: {said}")
            time.sleep(0.2)


@contextmanager
def machine(pod: Object, files: Mapping[str, Mapping[str, str]], folder: Path) -> Iterator[Machine]:
    """The network first; `containers()` starts the rest."""
    made = Machine(pod, files, folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
