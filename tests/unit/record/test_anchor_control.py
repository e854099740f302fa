"""Checkpoints in the control plane's store, over a real connection."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.anchor_control import ControlAnchor
from sidecar.record.anchors import AnchoringFailed

TOKEN = "gate-" + "token"


class Store(ThreadingHTTPServer):
    """Keeps lines by chain and count; can be told to answer otherwise."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.kept: dict[tuple[str, int], bytes] = {}
        self.answers: int | None = None
        self.page = 100
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Door(BaseHTTPRequestHandler):
    server: Store

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        said = json.loads(body)
        known = self.server.kept.setdefault((said["chain"], said["count"]), body)
        self._say(201 if known == body else 409, b"")

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        kept, after = sorted(self.server.kept.items()), int(asked.get("after", ["-1"])[0])
        if "chain" in asked:
            found = [line for (chain, count), line in kept if chain == asked["chain"][0] and count > after]
        else:
            found = list({chain: line for (chain, _), line in kept}.values())
        self._say(200, b"".join(line + b"\n" for line in found[: self.server.page]))

    def _say(self, status: int, body: bytes) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        status = self.server.answers or status
        if self.headers["authorization"] != f"Bearer {TOKEN}":
            status = 401
        self.send_response(status)
        if status == 302:
            self.send_header("location", f"{self.server.url}/elsewhere")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join(60)
    made.server_close()


@pytest.fixture
def anchor(store: Store, tmp_path: Path) -> ControlAnchor:
    (tmp_path / "control.key").write_text(TOKEN)
    return ControlAnchor(f"{store.url}/", reading(tmp_path / "control.key"))


def reading(file: Path) -> Callable[[], str]:
    def read() -> str:
        if not file.exists():
            raise ConfigurationError.single("control.link.key", "cannot be read")
        return file.read_text()

    return read


def line(chain: str, count: int, say: str = "") -> bytes:
    return json.dumps({"chain": chain, "count": count, "say": say}).encode()


@pytest.mark.parametrize("page", [1, 100])
def test_kept_and_read_back(store: Store, anchor: ControlAnchor, page: int) -> None:
    store.page = 100
    lines = [line(chain, count) for chain in ("gc 1", "gc&2") for count in (2, 4)]
    for one in (*lines, lines[0]):
        anchor.keep(one)
    assert anchor.name == f"control:{store.url}"
    assert anchor.lines() == lines
    store.page = page
    assert anchor.lines(["gc&2"]) == lines[2:]
    assert store.seen[0] == "POST /v1/anchors"
    assert store.seen[-1] == "GET /v1/anchors?chain=gc%262&after=4"


def test_an_answer_that_goes_round_in_circles_is_trouble(store: Store, anchor: ControlAnchor) -> None:
    anchor.keep(line("gc", 2))
    store.kept["gc", 9] = line("gc", -1)
    with pytest.raises(AnchoringFailed, match="again and again"):
        anchor.lines(["gc"])
    store.kept["gc", 9] = b"[]"
    with pytest.raises(AnchoringFailed, match="no checkpoint"):
        anchor.lines(["gc"])


def test_another_in_its_place_is_trouble(anchor: ControlAnchor) -> None:
    anchor.keep(line("gc", 2))
    with pytest.raises(AnchoringFailed, match="another checkpoint is kept there"):
        anchor.keep(line("gc", 2, "forged"))


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "may not keep"), (404, "keeps no checkpoints"), (500, "answers 500"), (302, "answers 302")],
)
def test_what_the_control_plane_says_is_told(store: Store, anchor: ControlAnchor, status: int, words: str) -> None:
    store.answers = status
    for work in (lambda: anchor.keep(line("gc", 2)), anchor.lines):
        with pytest.raises(AnchoringFailed, match=words):
            work()
    assert not any("elsewhere" in seen for seen in store.seen)


def test_a_token_is_read_each_time_and_never_told(anchor: ControlAnchor, tmp_path: Path) -> None:
    file = tmp_path / "control.key"
    file.write_text("other")
    with pytest.raises(AnchoringFailed, match="does not know this gate's token") as failed:
        anchor.keep(line("gc", 2))
    assert "other" not in str(failed.value)
    file.unlink()
    with pytest.raises(AnchoringFailed, match="there is no token"):
        anchor.keep(line("gc", 2))
    file.write_text(TOKEN)
    anchor.keep(line("gc", 2))


def test_nobody_there() -> None:
    with pytest.raises(AnchoringFailed, match="does not answer"):
        ControlAnchor("http://127.0.0.1:9", lambda: TOKEN).keep(line("gc", 2))
