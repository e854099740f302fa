"""No planted secret is at rest anywhere, byte by byte, after traffic through the whole gate with its database.

Strategy: agents ask for every planted value in every way there is: in a prompt and so in the answer, in a tool's
result, a key, a system prompt, the address, a model's name; whole, streamed, denied, cut off, and in what is no JSON.
Then everything that the gate left is searched: each file as it is, what is packed unpacked (the spool's parts, the
tables of the database as text, a bundle), and what it says of itself (metrics, sessions, reports).

Rules: a word that is no secret goes the same ways, and must be found wherever texts are kept; and a value that is
put into a kind of place by hand must be found there. Otherwise a search that finds nothing says nothing.
"""

import json
import sqlite3
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import anthropic
import httpx
import pytest
import zstandard

from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.reader import SpoolReader
from tests.gate import PROGRAM, Gate, free_ports, whole
from tests.planted import Planted, leaked, planted

SECRETS = planted("at rest")
MADE_UP = planted("made up at rest")[0]  # the model says it of its own accord
CANARY = "marmalade"
MODEL = "claude-sonnet-4-6"
Left = dict[str, bytes]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """All that is at rest, by where: while the gate runs, and after it has ended."""
    folder = tmp_path_factory.mktemp("rest")
    port = free_ports(1)[0]
    place = Place(f"http://127.0.0.1:{port}/gatehouse")
    more = f"record: {{clickhouse: '{place.address}', checkpoints: {{every: 1s, events: 50}}}}\nlog: {{level: debug}}\n"
    found: Left = {}
    with whole(folder, MADE_UP.value, more) as gate:
        found["spool, its parts"] = b"\n".join(_talk(gate, folder))
        _delivered(place)
        found |= _said(folder)
        found |= {f"running: {name}": data for name, data in _files(folder)}
        found |= {f"table {name}": data for name, data in _tables(place)}
        found["metrics"] = _metrics(folder)
    return found | {f"file {name}": data for name, data in _files(folder)}


def _talk(gate: Gate, folder: Path) -> Iterator[bytes]:
    """Gives what the spool holds meanwhile: what the database has is freed there."""
    with anthropic.Anthropic(base_url=gate.base_url, auth_token=gate.token, api_key=None, max_retries=0) as client:
        for one in SECRETS:
            said = f"{CANARY}: say again: {one.line}"
            asked = [{"role": "user", "content": said}]
            with client.messages.stream(model=MODEL, max_tokens=200, messages=asked) as stream:
                stream.get_final_message()
            result = [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": one.line}]}]
            call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": one.line}}
            turns = [*asked, {"role": "assistant", "content": [call]}, {"role": "user", "content": result}]
            client.messages.create(model=MODEL, max_tokens=200, messages=turns, system=one.line)
            denied = [{"role": "user", "content": f"project zephyr, {said}"}]
            with pytest.raises(anthropic.BadRequestError):
                client.messages.create(model=MODEL, max_tokens=200, messages=denied)
            yield _parts(folder / ".gatehouse" / "spool")
        asked = [{"role": "user", "content": "make me a key"}]
        with client.messages.stream(model=MODEL, max_tokens=200, messages=asked) as stream:
            for _ in stream:
                break  # and away
        client.messages.create(model=MODEL, max_tokens=200, messages=asked)
    with httpx.Client(base_url=gate.base_url, headers={"authorization": f"Bearer {gate.token}"}) as raw:
        for one in SECRETS:
            _oddly(raw, one)


def _oddly(client: httpx.Client, one: Planted) -> None:
    """Where no well-behaved client would put it. What comes back is not the question.

    Some values are only known by the words before them, and go with those.
    """
    bare = one.value if one.line == one.value else one.line
    asked = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": CANARY}]}
    inside = json.dumps(one.line)
    odd = (
        {**asked, "model": bare},
        {**asked, "metadata": {"user_id": one.line}},
        {**asked, bare: 1},
        {**asked, "messages": [{"role": "user", "content": [{"type": "unheard of", "text": one.line}]}]},
    )
    for body in odd:
        client.post("/v1/messages", json=body)
    for broken in (f'{{"model": {inside}', f"{inside}", f'{{"a": {inside}, "a": 1}}'):
        client.post("/v1/messages", content=broken.encode(), headers={"content-type": "application/json"})
    client.get("/v1/models", params={"after": bare})
    client.get("/v1/files/" + quote(bare, safe=""), headers={"x-claude-code-session-id": "s"})
    client.post("/v1/messages", json=asked, headers={"x-claude-code-session-id": bare.split("\n")[0]})


def _delivered(place: Place) -> None:
    """Until no more events come."""
    client, before = connected(place), -1
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        now = client.query("SELECT count() FROM events").result_rows[0][0]
        if now == before > 5 * len(SECRETS):
            break
        before = now
        time.sleep(2)
    client.close()
    assert before > 5 * len(SECRETS)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """As they are, and unpacked. What the simulator got is the provider's, and the key to it is ours to keep."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name not in ("received.jsonl", "upstream.key"):
            name = str(file.relative_to(folder))
            yield name, _read(file)
            if file.suffixes == [".tar", ".gz"]:
                yield f"{name}, unpacked", _unpacked(file)
    spool = folder / ".gatehouse" / "spool"
    if spool.exists():
        yield "what is left of the spool, its parts", _parts(spool)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""  # the database merges its files while it runs


def _unpacked(bundle: Path) -> bytes:
    with tarfile.open(bundle) as tar:
        files = (tar.extractfile(one) for one in tar)
        return b"\n".join(file.read() for file in files if file is not None)


def _parts(spool: Path) -> bytes:
    reader, found, cursor = SpoolReader(spool), list[bytes](), 0
    while batch := reader.after(cursor):
        found += [data for _, data in reader.parts_between(cursor, batch[-1][0])]
        found += [event.body for _, event in batch]
        cursor = batch[-1][0]
    reader.close()
    return b"\n".join(found)


def _tables(place: Place) -> Iterator[tuple[str, bytes]]:
    """Every table and view of ours, and what the engine keeps of queries."""
    client = connected(place)
    ours = "SELECT database, name FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE '.inner%'"
    logs = "SELECT database, name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"
    for database, name in [*client.query(ours).result_rows, *client.query(logs).result_rows]:
        engine = client.query(f"SELECT engine FROM system.tables WHERE database = '{database}' AND name = '{name}'")  # noqa: S608
        if engine.result_rows[0][0] not in ("MaterializedView", "Null"):
            yield name, client.raw_query(f"SELECT * FROM `{database}`.`{name}`", fmt="TSVRaw")  # noqa: S608
    client.close()


def _said(folder: Path) -> Left:
    """What the commands tell of it; the bundle stays in the folder."""
    config = ("--config", str(folder / "gatehouse.yaml"))
    commands = {
        "sessions": ("sessions", "list", "--json", *config),
        "reports": ("audit", "report", "all", "--format", "html", *config),
        "bundle": ("audit", "export", "--out", str(folder / "bundle.tar.gz"), *config),
        "verify": ("audit", "verify", "--json", *config),
    }
    return {f"command {name}": _ran(*command) for name, command in commands.items()}


def _ran(*command: str) -> bytes:
    done = subprocess.run((*PROGRAM, *command), capture_output=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _metrics(folder: Path) -> bytes:
    line = next(line for line in (folder / "gatehouse.yaml").read_text().splitlines() if line.startswith("metrics"))
    port = line.partition("port: ")[2].rstrip("}")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        return bytes(page.read())


def _where(one: Planted, left: Left) -> list[str]:
    return [name for name, data in left.items() if leaked(one, data)]


@pytest.mark.parametrize("one", [*SECRETS, MADE_UP], ids=lambda one: str(one.name))
def test_no_byte_of_it_is_at_rest(one: Planted, left: Left) -> None:
    assert _where(one, left) == []


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("spool, its parts", CANARY),
        ("table parts", CANARY),
        ("running: bundle.tar.gz, unpacked", MODEL),
        ("table events", MODEL),
        ("command reports", MODEL),
    ],
)
def test_control_a_word_that_is_no_secret_is_found(place: str, word: str, left: Left) -> None:
    assert word.encode() in left[place]


def test_control_everything_that_keeps_something_was_searched(left: Left) -> None:
    names = " ".join(left)
    for kind in ("spool.sqlite", "table events", "table exchanges", "table findings", "data_plane", "envoy", "up.log"):
        assert kind in names.replace("data-plane", "data_plane"), (kind, names)
    assert b"gatehouse_findings" in left["metrics"]
    assert b'"integrity": true' in left["command verify"]
    assert b"engine" in names.encode() or any(name.startswith("running: .gatehouse/clickhouse") for name in left)


def test_control_a_secret_that_is_somewhere_is_found(tmp_path: Path) -> None:
    """In each kind of place by itself."""
    one = SECRETS[0]
    secret, folder = b"before " + one.line.encode() + b" after", tmp_path / "packed"
    folder.mkdir()
    (folder / "a.log").write_bytes(secret)
    (tmp_path / "plain").write_bytes(secret)
    with tarfile.open(folder / "b.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "plain", "plain")
    assert _where(one, dict(_files(folder))) == ["a.log", "b.tar.gz, unpacked"]
    spool = tmp_path / "kept" / ".gatehouse" / "spool"
    spool.mkdir(parents=True)
    _with_part(spool / "spool.sqlite", secret)
    assert "what is left of the spool, its parts" in _where(one, dict(_files(tmp_path / "kept")))


def _with_part(path: Path, data: bytes) -> None:
    """A spool's file that holds it compressed."""
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE state (key TEXT PRIMARY KEY, value)")
    file.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, chain, seq, at, kind, body, previous, hash)")
    file.execute("CREATE TABLE parts (digest BLOB PRIMARY KEY, event INTEGER, stored REAL, data BLOB)")
    file.execute("INSERT INTO events VALUES (1, 'gc', 1, '', 'k', x'7b7d', x'', x'')")
    packed = zstandard.ZstdCompressor().compress(data * 3)
    file.execute("INSERT INTO parts VALUES (x'ab', 1, 0, ?)", (packed,))
    file.commit()
    file.close()
