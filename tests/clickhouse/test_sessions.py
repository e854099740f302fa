"""`gatehouse sessions`, as it is typed, over sessions in a real database."""

import json
from pathlib import Path

import clickhouse_connect
import pytest

from sidecar.cli.main import main
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.schema import migrate
from tests.clickhouse.recorded import load
from tests.clickhouse_server import Server
from tests.unit.core.exchange.building import MAIL

COMMANDS = {"sessions": ("sidecar.cli.sessions", "what was said and done")}


@pytest.fixture(scope="module")
def place(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Place:
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command("CREATE DATABASE told_sessions")
    return load(server, "told_sessions")


@pytest.fixture
def config(place: Place, tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text("policy: p\nrules: []\n")
    record = f"record: {{clickhouse: '{place.address}'}}\n"
    (tmp_path / "g.yaml").write_text(f"policies: [p.yaml]\ndevelopment: {{identity: true}}\n{record}")
    return tmp_path / "g.yaml"


def run(config: Path, *words: str) -> int:
    return main(["sessions", *words, "--config", str(config)], COMMANDS)


LISTED = [
    ("all, the newest first", (), ["s-2", "s-1"]),
    ("of one person", ("--who", "ada"), ["s-1"]),
    ("of nobody", ("--who", "eve"), []),
    ("with a denial", ("--verdict", "deny"), ["s-2"]),
    ("over a connection", ("--connection", "claude"), ["s-2", "s-1"]),
    ("over another one", ("--connection", "second"), []),
    ("before", ("--until", "2026-03-03"), []),
    ("since", ("--since", "2026-03-04"), ["s-2", "s-1"]),
    ("what was asked, in any case", ("--text", "the WEATHER"), ["s-1"]),
    ("what was answered", ("--text", "there, ada."), ["s-1"]),
    ("what was denied", ("--text", "Tell me of"), ["s-2"]),
    ("what was masked is found nowhere", ("--text", MAIL), []),
    ("no more than one", ("--most", "1"), ["s-2"]),
]


@pytest.mark.parametrize(("note", "words", "expected"), LISTED, ids=[row[0] for row in LISTED])
def test_list(
    config: Path, note: str, words: tuple[str, ...], expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "list", *words, "--json") == 0, note
    assert [json.loads(line)["session"] for line in capsys.readouterr().out.splitlines()] == expected
    assert run(config, "list", *words) == 0
    told = capsys.readouterr().out
    assert all(session in told for session in expected)
    assert expected or told == "No session is like that.\n"


def test_a_record_without_sessions(server: Server, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command("CREATE DATABASE no_sessions")
    where = Place(f"{server.url}/no_sessions")
    with connected(where) as client:
        migrate(client, where)
    config.write_text(config.read_text().replace("told_sessions", "no_sessions"))
    assert run(config, "list") == 0
    assert capsys.readouterr().out.startswith("No session yet.")


def test_show(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "show", "s-1") == 0
    told = capsys.readouterr().out
    for part in ("Session s-1 of ada", "gx_1", "gx_2", 'calls Bash {"command": "ls"}', "pii/email", "by rule mails"):
        assert part in told
    assert run(config, "show", "s-1", "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["tool_calls"][0]["tool"] == "Bash"
    assert [one["rule"] for one in first["findings"]] == ["mails"]
    assert (first["output_tokens"], second["exchange"]) == (5, "gx_2")


def test_a_denial_shows_its_reason(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "show", "s-2") == 0
    assert "refused, deny by rule no-zephyr: Zephyr stays here." in capsys.readouterr().out


def test_replay(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "replay", "s-1", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    frames = [line for line in lines if "text" in line]
    told = [(line["turn"], line["role"], line["text"], line["wait"]) for line in frames]
    placeholder = frames[0]["masked"][0]
    assert told == [
        (1, "user", f"Write to {placeholder} please", 0),
        (1, "assistant", "Hello ", 80),
        (1, "assistant", "there, Ada.", 40),
        (1, "assistant", 'Bash {"command": "ls"}', 40),
        (2, "user", "And now the weather", 0),
        (2, "assistant", "Hello ", 80),
        (2, "assistant", "there, Ada.", 40),
        (2, "assistant", 'Bash {"command": "ls"}', 40),
    ]
    changed = [line["changed"] for line in lines if "changed" in line]
    assert changed[0]["placeholder"] == placeholder
    assert MAIL not in json.dumps(lines)


def test_replay_on_a_terminal(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "replay", "s-1", "--skip-to", "2") == 0
    told = capsys.readouterr().out
    assert "[user text] And now the weather" in told
    assert "[assistant text] Hello there, Ada." in told
    assert "Write to" not in told


@pytest.mark.parametrize("action", ["show", "replay"])
def test_no_such_session(config: Path, action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, action, "s-9") == 1
    assert "there is no session 's-9'" in capsys.readouterr().err


def test_a_database_without_tables(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text().replace("told_sessions", "default"))
    assert run(config, "list") == 2
    assert "gatehouse audit migrate" in capsys.readouterr().err


PLAIN = {"verdict": "allow", "connection": "claude", "model": "m", "request": {"outline": ""}}
BY_CURL = [
    ("decided", {"exchange": "gx_8", "caller": {"subject": "carl", "groups": []}, "session": None, **PLAIN}),
    ("decided", {"exchange": "gx_9", "caller": {"subject": "carl", "groups": []}, **PLAIN, "verdict": "deny"}),
    ("decided", {"exchange": "gx_10", "caller": None, "refused_with": 401, **PLAIN}),
]


def test_calls_without_a_session_are_there_too(
    server: Server, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of each caller and day together: a plain `curl` names no session."""
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command("CREATE DATABASE told_plain")
    load(server, "told_plain", BY_CURL)
    config.write_text(config.read_text().replace("told_sessions", "told_plain"))
    assert run(config, "list", "--json") == 0
    listed = {one["session"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert sorted(listed) == ["none:carl:2026-03-04", "none:unknown:2026-03-04", "s-1", "s-2"]
    assert listed["none:carl:2026-03-04"]["exchanges"] == 2
    assert run(config, "list", "--verdict", "deny", "--who", "carl") == 0
    assert "none:carl:2026-03-04" in capsys.readouterr().out
    assert run(config, "show", "none:carl:2026-03-04", "--json") == 0
    assert [json.loads(line)["exchange"] for line in capsys.readouterr().out.splitlines()] == ["gx_8", "gx_9"]
