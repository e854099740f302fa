"""How far the anchors are, as the evidence page says it."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sidecar.processes.anchoring import anchors
from sidecar.processes.console_anchors import AGAIN, ASKED, FRESH, STREAM, Standings
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.unit.record.gates import gate, run

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
LONG = 30.0
FILE = "record: {anchors: [{file: state/anchor/checkpoints.jsonl}, {stdout: true}, {file: nowhere}]}\n"


class Clock:
    now = 1_774_000_000.0

    def __call__(self) -> float:
        return self.now


class Store(ThreadingHTTPServer):
    """The control plane's side. `door`: it answers only while this is open."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.lines: list[bytes] = []
        self.asked = 0
        self.door = threading.Event()
        self.door.set()


class Door(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        self.server.door.wait(LONG)
        self.server.asked += 1
        body = b"" if "after" in self.path and "after=-1" not in self.path else b"".join(self.server.lines)
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Store]:
    server = Store()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.door.set()
    server.shutdown()
    thread.join(60)
    server.server_close()


async def elsewhere(folder: Path, store: Store) -> Settings:
    """A gate whose checkpoints are kept by the control plane, too."""
    url = f"http://127.0.0.1:{store.server_address[1]}"
    (folder / "control.key").write_text("k")
    more = (
        f"control: {{url: '{url}', link: {{key: {{file: control.key}}}}}}\nrecord: {{anchors: [{{control: true}}]}}\n"
    )
    settings = load(await gate(folder, more=more))
    written = (folder / "state" / "anchor" / "checkpoints.jsonl").read_bytes().splitlines(keepends=True)
    store.lines[:] = [line for line in written if _chain(line) == _chain(written[0])]
    return settings


def _chain(line: bytes) -> bytes:
    return line.partition(b'"chain":"')[2][:20]


async def test_files_and_streams(tmp_path: Path) -> None:
    settings = load(await gate(tmp_path, more=FILE))
    file = tmp_path / "state" / "anchor" / "checkpoints.jsonl"
    whole, stream, nowhere = Standings(settings).now()
    lines = len(file.read_bytes().splitlines())
    assert (whole.name, whole.lines, whole.behind, whole.trouble) == (str(file), lines, 0, None)
    assert whole.newest is not None
    assert (stream.name, stream.lines, stream.behind) == (STREAM, None, None)
    assert (nowhere.lines, nowhere.trouble) == (0, "The file is not there yet.")


async def test_what_the_spool_has_and_the_anchor_does_not_is_how_far_it_is_behind(tmp_path: Path) -> None:
    settings = load(await gate(tmp_path, more=FILE))
    name = anchors(settings)[0].name
    run(tmp_path, "UPDATE state SET value = (SELECT min(id) FROM checkpoints) WHERE key = ?", f"anchor:{name}")
    whole = Standings(settings).now()[0]
    assert whole.lines is not None
    assert whole.behind == whole.lines - 1 > 0
    shutil.rmtree(tmp_path / "state" / "spool")
    assert Standings(settings).now()[0].behind is None


async def test_the_control_plane_is_asked_and_remembered_for_a_while(tmp_path: Path, store: Store) -> None:
    settings, clock = await elsewhere(tmp_path, store), Clock()
    standings = Standings(settings, clock, patience=LONG)
    (one,) = standings.now()
    assert (one.lines, one.trouble, one.asked) == (len(store.lines), None, clock.now)
    asked = store.asked
    clock.now += FRESH - 1
    assert (standings.now(), store.asked) == ([one], asked)
    clock.now += 1
    standings.now()
    for thread in _reading():
        thread.join(60)
    assert store.asked > asked
    assert standings.now()[0].asked == clock.now


async def test_one_that_takes_long_keeps_no_page_waiting(tmp_path: Path, store: Store) -> None:
    settings = await elsewhere(tmp_path, store)
    store.door.clear()
    standings = Standings(settings, patience=0.0)
    assert [one.trouble for one in standings.now()] == [ASKED] == [one.trouble for one in standings.now()]
    (thread,) = _reading()
    store.door.set()
    thread.join(60)
    assert [(one.lines, one.trouble) for one in standings.now()] == [(len(store.lines), None)]


async def test_one_that_cannot_be_read_says_why_and_is_asked_again_soon(tmp_path: Path, store: Store) -> None:
    settings, clock = await elsewhere(tmp_path, store), Clock()
    good, store.lines[:] = store.lines[:], [b"no checkpoint\n"]
    standings = Standings(settings, clock, patience=LONG)
    assert "It cannot be read: " in (standings.now()[0].trouble or "")
    store.lines[:] = good
    clock.now += AGAIN
    standings.now()
    for thread in _reading():
        thread.join(60)
    assert standings.now()[0].trouble is None


async def test_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="kept")
    more = f"record: {{anchors: [{{s3: {{bucket: kept, prefix: p, endpoint: '{endpoint}'}}}}]}}\n"
    settings = load(await gate(tmp_path, more=more))
    lines = (tmp_path / "state" / "anchor" / "checkpoints.jsonl").read_bytes().splitlines()
    for line in lines:
        anchors(settings)[0].keep(line)
    (one,) = Standings(settings, patience=LONG).now()
    assert (one.lines, one.trouble, one.behind) == (len(lines), None, None)
    assert one.name.startswith("s3:127.0.0.1:") or one.name.startswith("s3:0.0.0.0:")
    server.stop()


def _reading() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "anchor read"]
