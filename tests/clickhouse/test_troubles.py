"""A wrong address, a wrong password, a missing right, tables of another age: one clear sentence, and exit code 2."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from sidecar.cli.main import main
from sidecar.record.clickhouse import set_aside
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.render import migrations
from sidecar.record.clickhouse.tables import prepare
from sidecar.settings.values import Database
from tests.clickhouse_server import Server
from tests.unit.record.clickhouse.chained import many
from tests.unit.record.gates import gate

ASKING = {
    "migrate": ("audit", "migrate"),
    "report": ("audit", "report", "access"),
    "sql": ("audit", "sql", "q.sql"),
    "verify": ("audit", "verify"),
    "hold": ("audit", "hold", "s-1"),
    "retry": ("audit", "retry", "--now"),
    "sessions": ("sessions", "list"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a gate leaves: keys, a spool, and an event that the database refused."""
    made = tmp_path_factory.mktemp("gate")
    asyncio.run(gate(made))
    (made / "q.sql").write_text("SELECT count() FROM events")
    set_aside.put(made / "state" / "spool", many(1)[0], "refused")
    return made


def told(folder: Path, address: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence that ends it."""
    config = folder / "asked.yaml"
    config.write_text(
        f"state: {folder}/state\npolicies: [p.yaml]\ndevelopment: {{identity: true}}\n"
        f"record: {{clickhouse: '{address}'}}\n"
    )
    words = tuple(str(folder / word) if word.endswith(".sql") else word for word in words)
    code = main([*words, "--config", str(config)])
    said = capsys.readouterr()
    assert (code, said.out) == (2, ""), said
    assert len(said.err.splitlines()) == 1, said.err
    assert "Traceback" not in said.err
    return said.err


class Refusing(BaseHTTPRequestHandler):
    """A ClickHouse whose user lacks rights, or has no password; or something that is no ClickHouse."""

    code, page, behind = 497, b"", ""
    allowed = (b"version()", b"system.settings", b"system.columns")

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.page:
            self._answer(200, {"Content-Type": "text/html"}, self.page)
        elif self.code == 497 and any(word in asked for word in self.allowed):
            self._forward(asked)
        else:
            said = f"Code: {self.code}. DB::Exception: reader: Not enough privileges. (ACCESS_DENIED)\n".encode()
            self._answer(403, {"X-ClickHouse-Exception-Code": str(self.code)}, said)

    def _forward(self, asked: bytes) -> None:
        there = HTTPConnection(self.behind)
        headers = {"Host": self.behind, "Accept-Encoding": "identity"}
        there.request(self.command, self.path, asked, headers)
        answer = there.getresponse()
        body = answer.read()
        kept = {name: value for name, value in answer.getheaders() if name.lower().startswith("x-clickhouse")}
        self._answer(answer.status, kept, body)
        there.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def refusing(**how: object) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Refusing,), how))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


@pytest.mark.parametrize("command", ASKING)
def test_the_wrong_address(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ASKING[command]
    assert "does not answer" in told(folder, "http://127.0.0.1:1/gatehouse", words, capsys)
    assert "does not answer" in told(folder, "http://no-such-host.invalid:8123/gatehouse", words, capsys)
    assert "record.clickhouse" in told(folder, "127.0.0.1:8123/gatehouse", words, capsys)
    with refusing(page=b"<html>hello</html>") as elsewhere:
        assert "does not answer" in told(folder, f"http://{elsewhere}/gatehouse", words, capsys)


@pytest.mark.parametrize("command", ASKING)
def test_a_wrong_password_and_a_missing_right(
    folder: Path, server: Server, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command("CREATE DATABASE IF NOT EXISTS rightless")
    with refusing(code=516) as strict:
        assert "user or password is wrong (code 516" in told(
            folder, f"http://{strict}/rightless", ASKING[command], capsys
        )
    with refusing(code=497, behind=urlsplit(server.url).netloc) as strict:
        said = told(folder, f"http://{strict}/rightless", ASKING[command], capsys)
        # SQL of one's own is answered in the database's words.
        assert ("Not enough privileges" if command == "sql" else "the user lacks a right (code 497") in said


READING = [name for name in ASKING if name != "migrate"]
OURS = [name for name in READING if name not in ("sql", "verify")]  # these know which tables they need


@pytest.mark.parametrize("command", READING)
def test_no_such_database(folder: Path, server: Server, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such database" in told(folder, f"{server.url}/nowhere", ASKING[command], capsys)


@pytest.fixture
def aged(server: Server, database: str) -> Iterator[Client]:
    place = Place(f"{server.url}/{database}")
    with connected(place, create=True) as client:
        prepare(client, place, Database())
        yield client


@pytest.mark.parametrize("command", OURS)
def test_tables_of_an_older_gatehouse(
    folder: Path, server: Server, aged: Client, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aged.command("ALTER TABLE gatehouse_migrations DELETE WHERE version = 3", settings={"mutations_sync": 1})
    said = told(folder, f"{server.url}/{aged.database}", ASKING[command], capsys)
    assert "older Gatehouse (version 2, this one needs 3): run `gatehouse audit migrate`" in said


@pytest.mark.parametrize("command", ["migrate", *OURS])
def test_tables_of_a_newer_gatehouse(
    folder: Path, server: Server, aged: Client, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["version", "name", "digest", "at"]
    aged.insert("gatehouse_migrations", [[99, "later", "x", 0]], column_names=names)
    said = told(folder, f"{server.url}/{aged.database}", ASKING[command], capsys)
    known = migrations()[-1].version
    assert f"a newer Gatehouse made these tables (version 99, this one knows {known}): start that one" in said
