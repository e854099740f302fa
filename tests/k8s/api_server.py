"""A small API server: the few resources that the webhook reads and writes, over real HTTP, with a log to look at.

It keeps what an API server keeps: a version for each object, 409 for who comes second, 404, and JSON patches.
"""

import copy
import itertools
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

from sidecar.settings.webhook import ClusterAccess
from tests.certificates import Authority

Object = dict[str, Any]
TOKEN = "the-webhooks-token"
HOOKS = "/apis/admissionregistration.k8s.io/v1"


class ApiServer:
    """`objects`: by path. `asked`: every method and path. `failing`: how many answers from now on are a 503."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.lists: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.events: list[Object] = []
        self.failing = 0
        self.version: Object = {"major": "1", "minor": "31"}
        self.before: Callable[[str, str], None] = lambda _method, _path: None
        self._versions = itertools.count(1)
        self._lock = threading.RLock()

    def put(self, path: str, made: Mapping[str, Any]) -> None:
        with self._lock:
            found = json.loads(json.dumps(made))
            found.setdefault("metadata", {})["name"] = path.rsplit("/", 1)[1]
            found["metadata"]["resourceVersion"] = str(next(self._versions))
            found["metadata"].setdefault("uid", f"uid-{found['metadata']['resourceVersion']}")
            self.objects[path] = found

    def namespace(self, name: str, **labels: str) -> None:
        self.put(f"/api/v1/namespaces/{name}", {"metadata": {"labels": labels}})

    def config_map(self, namespace: str, name: str, data: Mapping[str, str] | None = None) -> Object:
        path = f"/api/v1/namespaces/{namespace}/configmaps/{name}"
        if data is not None:
            self.put(path, {"kind": "ConfigMap", "data": dict(data)})
        return self.objects[path]

    def hooks(self, name: str) -> None:
        for kind in ("mutating", "validating"):
            hook = {"name": f"one.{kind}", "clientConfig": {"service": {}}}
            self.put(f"{HOOKS}/{kind}webhookconfigurations/{name}", {"webhooks": [hook, {**hook, "name": "two"}]})

    def bundles(self, name: str) -> list[str | None]:
        return [
            hook["clientConfig"].get("caBundle")
            for kind in ("mutating", "validating")
            for hook in self.objects[f"{HOOKS}/{kind}webhookconfigurations/{name}"]["webhooks"]
        ]

    def answer(self, method: str, path: str, token: str, body: Any) -> tuple[int, Object]:
        self.before(method, path)
        with self._lock:
            self.asked.append((method, path))
            if self.failing:
                self.failing -= 1
                return 503, {"message": "away"}
            if token != f"Bearer {TOKEN}":
                return 401, {"message": "Unauthorized"}
            if path == "/version":
                return 200, self.version
            return getattr(self, f"_{method.lower()}")(path, body)

    def _get(self, path: str, _body: Any) -> tuple[int, Object]:
        if path in self.objects:
            return 200, self.objects[path]
        path, _, asked = path.partition("?")
        if path.rsplit("/", 1)[1] == "pods":
            label = parse_qs(asked)["labelSelector"][0].split("=")
            found = [one for at, one in self.objects.items() if at.rsplit("/", 1)[0] == path]
            return 200, {"items": [one for one in found if label in map(list, one["metadata"]["labels"].items())]}
        if path.rsplit("/", 1)[1] in ("namespaces", "configmaps"):
            inside = [one for at, one in self.objects.items() if at.rsplit("/", 1)[0] == path]
            return 200, {"items": inside}
        return 404, {"message": "not found"}

    def _delete(self, path: str, body: Object) -> tuple[int, Object]:
        if path not in self.objects:
            return 404, {}
        wanted = (body.get("preconditions") or {}).get("uid")
        if wanted and wanted != self.objects[path]["metadata"].get("uid"):
            return 409, {"message": "the UID in the precondition does not match"}
        return 200, self.objects.pop(path)

    def _post(self, path: str, body: Object) -> tuple[int, Object]:
        if path.endswith("/events"):
            self.events.append(body)
            return 201, body
        at = f"{path}/{body['metadata']['name']}"
        if at in self.objects:
            return 409, {"message": "already exists"}
        self.put(at, body)
        return 201, self.objects[at]

    def _put(self, path: str, body: Object) -> tuple[int, Object]:
        if path not in self.objects:
            return 404, {}
        if body["metadata"].get("resourceVersion") != self.objects[path]["metadata"]["resourceVersion"]:
            return 409, {"message": "the object has been modified"}
        self.put(path, body)
        return 200, self.objects[path]

    def _patch(self, path: str, body: list[Object]) -> tuple[int, Object]:
        if path not in self.objects:
            return 404, {}
        self.put(path, applied(self.objects[path], body))
        return 200, self.objects[path]


def applied(document: Any, operations: list[Object]) -> Any:
    """RFC 6902, on a copy; what does not fit is an error."""
    made = copy.deepcopy(document)
    for one in operations:
        if one["path"] == "":
            made = copy.deepcopy(one["value"])
            continue
        *steps, last = (part.replace("~1", "/").replace("~0", "~") for part in one["path"].split("/")[1:])
        at = made
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at[step]
        _apply(at, int(last) if isinstance(at, list) and last != "-" else last, one)
    return made


def _apply(at: Any, key: Any, one: Object) -> None:
    match one["op"]:
        case "add" if isinstance(at, list):
            assert key == "-" or 0 <= key <= len(at)
            at.insert(len(at) if key == "-" else key, copy.deepcopy(one["value"]))
        case "add":
            at[key] = copy.deepcopy(one["value"])
        case "replace":
            at[key]
            at[key] = copy.deepcopy(one["value"])
        case "remove":
            del at[key]
        case "test":
            assert at[key] == one["value"], one
        case other:
            raise AssertionError(other)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: ClassVar[ApiServer]

    def _any(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        status, said = self.server_of.answer(self.command, self.path, self.headers.get("authorization", ""), body)
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def api_server(folder: Path) -> Iterator[tuple[ApiServer, ClusterAccess]]:
    """Over TLS, with the files that a pod has of it."""
    api = ApiServer()
    authority = Authority(str(folder / "cluster"))
    issued = authority.issue("localhost")
    handler = type("Handler", (_Handler,), {"server_of": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    token = folder / "token"
    token.write_text(TOKEN + "\n")
    try:
        yield api, ClusterAccess(f"https://localhost:{server.server_address[1]}", token, authority.certificate)
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()
