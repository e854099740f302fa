"""A node for the pods of one release: their containers as processes, probed and ended as the kubelet does it.

Strategy: a program that runs in namespaces of its own, so every port is the real one and the names of Services lead
here; it does what `plan.json` says, and writes `result.json`. What a container is, `container.py` says.
"""

import fcntl
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.k8s.container import lay_out, line, programs

Spec = Mapping[str, Any]
READY_WITHIN = 90.0


@dataclass
class Pod:
    """`sources`: texts of ConfigMaps and Secrets, by kind and name. `etc`: what stands at /etc; the node's, if none."""

    name: str
    spec: Spec
    folder: Path
    sources: Mapping[str, Mapping[str, Mapping[str, str]]]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    etc: Path | None = None

    def start(self) -> None:
        programs(self.folder)
        for volume in self.spec.get("volumes", ()):
            self._lay_out(volume)
        for container in self.spec.get("initContainers", ()):
            done = subprocess.run(self._argv(container), capture_output=True, check=False, timeout=READY_WITHIN)
            said = done.stderr.decode()
            assert done.returncode == 0, f"{self.name}/{container['name']}: {said}"
        for container in self.spec["containers"]:
            with (self.folder / f"{container['name']}.log").open("wb") as log:
                self.running[container["name"]] = subprocess.Popen(
                    self._argv(container), stdout=log, stderr=subprocess.STDOUT
                )

    def until_ready(self) -> None:
        for container in self.spec["containers"]:
            deadline = time.monotonic() + READY_WITHIN
            while not all(probe(container, kind) for kind in ("startupProbe", "readinessProbe", "livenessProbe")):
                waiting = self.running[container["name"]].poll() is None and time.monotonic() < deadline
                assert waiting, f"{self.name}/{container['name']}: {self.said(container)}"
                time.sleep(0.2)

    def said(self, container: Spec) -> str:
        return (self.folder / f"{container['name']}.log").read_text()[-3000:]

    def stop(self) -> dict[str, int]:
        """As the kubelet does it: each hook, then SIGTERM to that container; how each ended."""
        ending = [threading.Thread(target=self._end, args=(one,), daemon=True) for one in self.spec["containers"]]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join(120)
        return {name: process.returncode for name, process in self.running.items()}

    def told(self, name: str, command: list[str]) -> tuple[int, str]:
        """A command beside what runs in a container, as `kubectl exec` does it: how it ended, and all that it said."""
        container = next(one for one in self.spec["containers"] if not name or one["name"] == name)
        argv = self._argv({**container, "command": command, "args": []})
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def _end(self, container: Spec) -> None:
        hook = container.get("lifecycle", {}).get("preStop")
        if hook:
            code, said = self.told(container["name"], hook["exec"]["command"])
            assert code == 0, said
        process = self.running[container["name"]]
        process.terminate()
        process.wait(30)

    def _lay_out(self, volume: Spec) -> None:
        files: Mapping[str, str] = {}
        for kind, named in (("configMap", "name"), ("secret", "secretName")):
            if kind in volume:
                texts = self.sources[kind][volume[kind][named]]
                items = volume[kind].get("items")
                files = {one["path"]: texts[one["key"]] for one in items} if items else texts
        lay_out(self._volume(volume["name"]), files)

    def _volume(self, name: str) -> Path:
        return self.folder / "volumes" / name

    def _argv(self, container: Spec) -> list[str]:
        etc = self.etc or self.folder.parent / "etc"
        return line(container, self._volume, self.folder, etc, HOSTNAME=self.name)


def probe(container: Spec, kind: str) -> bool:
    """As the kubelet asks: any certificate will do."""
    asked = container[kind]["httpGet"]
    port = next(one["containerPort"] for one in container["ports"] if one["name"] == asked["port"])
    url = f"{asked.get('scheme', 'HTTP').lower()}://127.0.0.1:{port}{asked['path']}"
    return status(url) == 200


def status(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> int:
    return asked(url, body, headers)[0]


def asked(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    context = ssl._create_unverified_context() if url.startswith("https:") else None  # noqa: S323  (as a kubelet)
    request = urllib.request.Request(url, body, {"content-type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError as error:
        return 0, str(error)


def loopback_up() -> None:
    """SIOCSIFFLAGS with IFF_UP and IFF_RUNNING: `ip link set lo up` without that program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x41))


def service(port: int, target: int) -> None:
    """A Service's port that leads to a pod's."""
    listening = socket.create_server(("127.0.0.1", port))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while True:
            near, _ = listening.accept()
            far = socket.create_connection(("127.0.0.1", target))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def etc(folder: Path, hosts: list[str]) -> None:
    """This machine's /etc, and names of Services."""
    shutil.copytree(
        "/etc", folder, symlinks=True, ignore_dangling_symlinks=True, ignore=lambda *_: {"shadow", "gshadow"}
    )
    (folder / "gatehouse").mkdir(exist_ok=True)
    (folder / "hosts").write_text("127.0.0.1 localhost " + " ".join(hosts) + "\n")


def run(folder: Path) -> dict[str, Any]:
    plan = json.loads((folder / "plan.json").read_text())
    loopback_up()
    etc(folder / "etc", plan["hosts"])
    upstream = subprocess.Popen([sys.executable, "-m", "sidecar.cli.main", "simulate", "--port", "15085"])
    for port, target in plan["services"]:
        service(port, target)
    made = {name: Pod(name, spec, folder / name, plan["sources"]) for name, spec in plan["pods"].items()}
    tested = made.pop("test")
    result: dict[str, Any] = {"calls": {}}
    for pod in made.values():
        pod.folder.mkdir()
        pod.start()
        pod.until_ready()
    tested.folder.mkdir()
    tested.start()
    test = tested.running["test"]
    result["test"] = [test.wait(60), tested.said(tested.spec["containers"][0])]
    result["calls"] = {
        name: asked(one["url"], one["body"].encode(), one["headers"]) for name, one in plan["calls"].items()
    }
    result["told"] = [made[one["pod"]].told(one["container"], one["command"]) for one in plan["told"]]
    time.sleep(2)  # a beat, and a checkpoint's way to its anchor
    result["metrics"] = asked("http://127.0.0.1:15095/metrics")[1]
    result["stopped"] = {name: pod.stop() for name, pod in reversed(made.items())}
    result["logs"] = {f"{p.name}/{c['name']}": p.said(c) for p in made.values() for c in p.spec["containers"]}
    upstream.terminate()
    return result


if __name__ == "__main__":
    os.umask(0o022)
    where = Path(sys.argv[1])
    (where / "result.json").write_text(json.dumps(run(where)))
