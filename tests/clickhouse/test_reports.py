"""`gatehouse audit report` and `audit sql`, as they are typed, over a real database."""

import csv
import io
import json
from pathlib import Path

import clickhouse_connect
import pytest

from sidecar.cli.main import main
from sidecar.record.clickhouse.place import Place
from sidecar.record.reports.saved import reports
from tests.clickhouse.recorded import load
from tests.clickhouse_server import Server

NAMES = [one.name for one in reports()]
MARCH = ("--from", "2026-03-01", "--to", "2026-04-01")


@pytest.fixture(scope="module")
def place(server: Server) -> Place:
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command("CREATE DATABASE told_reports")
    return load(server, "told_reports")


@pytest.fixture
def config(place: Place, tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text("policy: p\nrules: []\n")
    record = f"record: {{clickhouse: '{place.address}'}}\n"
    (tmp_path / "g.yaml").write_text(f"policies: [p.yaml]\ndevelopment: {{identity: true}}\n{record}")
    return tmp_path / "g.yaml"


def run(config: Path, *words: str) -> int:
    return main(["audit", *words, "--config", str(config)])


def rows(config: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert run(config, "report", *words, "--format", "json") == 0
    return list(json.loads(capsys.readouterr().out)["rows"])


EVENTS = 8  # three calls decided, two answered with a tool call each, and the policy that was loaded
# Report -> what is in its rows, in their order, of the columns named.
ANSWERS = [
    ("access", {"subject": ["ada", "bob"], "requests": [2, 1], "refused": [0, 1]}),
    ("denials", {"rule": ["no-zephyr"], "subject": ["bob"], "reason": ["Zephyr stays here."]}),
    ("kept", {"kind": ["pii/email", "rule/p/no-zephyr"], "team": ["engineering", "sales"], "findings": [2, 1]}),
    ("high-risk", {}),
    ("unapproved", {}),
    ("coverage", {"side": ["request", "answer"], "scanned": ["whole", "whole"], "exchanges": [3, 2]}),
    ("policies", {"policy": ["d1"], "said": ["loaded"]}),
    ("spend", {"team": ["engineering", "sales"], "output_tokens": [10, 0], "requests": [2, 1]}),
    ("evidence", {"chain": ["gc_1"], "missing": [0], "events": [EVENTS], "not_signed_yet": [EVENTS]}),
    ("outside-hours", {}),
]


def test_every_report_is_here() -> None:
    assert sorted(name for name, _ in ANSWERS) == NAMES


@pytest.mark.parametrize(("name", "expected"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_answers(
    config: Path, name: str, expected: dict[str, list[object]], capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(config, capsys, name, *MARCH)
    assert {column: [row[column] for row in found] for column in expected} == expected
    assert bool(found) == bool(expected)


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_an_empty_period_says_so(config: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "report", "all", "--from", "2020-01-01", "--to", "2020-02-01", "--format", form) == 0
    told = capsys.readouterr().out
    assert told.count("Nothing was recorded in this period.") == len(NAMES) - 1
    assert told.count("None found, as it must be.") == 1


def held(exchange: str, approval: str) -> dict[str, object]:
    return {"exchange": exchange, "call": "t", "tool": "Bash", "verdict": "hold", "rule": "r", "approval": approval}


ASKED = {"approval": "ap_1", "exchange": "gx_1", "call": "t", "tool": "Bash", "rule": "r", "approvers": ["sre"]}
# One call that somebody approved after a second, one that nobody decided, one that nobody was asked about.
HELD = [
    ("approval_asked", ASKED),
    ("approval_decided", {"approval": "ap_1", "decision": "approved", "who": "eve", "rationale": "a drill"}),
    ("tool_call", held("gx_1", "ap_1")),
    ("approval_asked", {**ASKED, "approval": "ap_2", "exchange": "gx_2"}),
    ("tool_call", held("gx_2", "ap_2")),
    ("tool_call", held("gx_3", "")),
]


def test_what_waited_for_a_person(server: Server, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command("CREATE DATABASE told_holds")
    load(server, "told_holds", HELD)
    config.write_text(config.read_text().replace("told_reports", "told_holds"))
    first, second = rows(config, capsys, "high-risk", *MARCH)
    assert [first[name] for name in ("decided_by", "rationale", "seconds")] == ["eve", "a drill", 1.0]
    assert (second["approval"], second["decision"], second["seconds"]) == ("ap_2", "", None)
    assert [row["exchange"] for row in rows(config, capsys, "unapproved", *MARCH)] == ["gx_2", "gx_3"]
    assert run(config, "report", "unapproved", *MARCH) == 0
    assert "2 found. There must be none." in capsys.readouterr().out


def test_one_team(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["subject"] for row in rows(config, capsys, "access", *MARCH, "--group", "sales")] == ["bob"]
    for name in NAMES:
        rows(config, capsys, name, *MARCH, "--group", "sales")


def test_csv_has_a_line_a_row(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "report", "access", *MARCH, "--format", "csv") == 0
    head, first, second = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head[:2] == ["subject", "agent"]
    assert (first[0], second[0]) == ("ada", "bob")


def test_a_page_in_a_file(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "march.html"
    assert run(config, "report", "all", *MARCH, "--format", "html", "--out", str(out)) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.read_text().count("<section") == len(NAMES)
    assert out.stat().st_mode & 0o077 == 0


def test_sql_of_ones_own(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.sql").write_text("-- mine\nSELECT subject, count() AS calls FROM exchanges GROUP BY 1 ORDER BY 1;\n")
    assert run(config, "sql", str(tmp_path / "q.sql"), "--format", "csv") == 0
    assert capsys.readouterr().out == "subject,calls\nada,2\nbob,1\n"


@pytest.mark.parametrize(
    ("note", "sql"),
    [
        ("it may not delete", "ALTER TABLE events DELETE WHERE 1"),
        ("nor drop", "DROP TABLE events"),
        ("nor add", "INSERT INTO prices SELECT 1, 1, '', 0, 0, 0, 0"),
        ("nor be wrong", "SELECT nothing FROM nowhere"),
    ],
)
def test_sql_that_is_refused(
    config: Path, tmp_path: Path, note: str, sql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.sql").write_text(sql)
    assert run(config, "sql", str(tmp_path / "q.sql")) == 2, note
    assert "refuses" in capsys.readouterr().err
    (tmp_path / "q.sql").write_text("SELECT count() AS n FROM events")
    assert run(config, "sql", str(tmp_path / "q.sql"), "--format", "csv") == 0
    assert capsys.readouterr().out == f"n\n{EVENTS}\n"


def test_tables_that_are_not_there(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text().replace("told_reports", "default"))
    assert run(config, "report", "access") == 2
    assert "gatehouse audit migrate" in capsys.readouterr().err
