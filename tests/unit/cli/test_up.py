"""`gatehouse up`: what it prints to paste, and what it says when it cannot start."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.cli.up import link, welcome
from sidecar.settings.load import load

CONFIG = "policies: [p.yaml]\ndevelopment: {identity: true, simulator: %s}\n"


def config(folder: Path, more: str = "", simulator: str = "true") -> Path:
    (folder / "p.yaml").write_text("policy: p\nrules: [{id: x, detect: ['secret/*'], do: mask}]\n")
    file = folder / "gatehouse.yaml"
    file.write_text(CONFIG % simulator + more)
    return file


def test_three_lines_to_paste_and_what_stands_behind_them(tmp_path: Path) -> None:
    said = welcome(load(config(tmp_path), {}), "gatehouse")
    pasted = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert pasted[0] == "export ANTHROPIC_BASE_URL=http://127.0.0.1:15080"
    assert pasted[1].startswith('export ANTHROPIC_AUTH_TOKEN="$(gatehouse token mint --subject "$USER" --config ')
    assert pasted[2] == "unset ANTHROPIC_API_KEY"
    assert "simulator stands in for Claude" in said
    assert f"Record: {tmp_path / '.gatehouse' / 'spool'}   Prove it: gatehouse audit verify" in said


def test_where_the_record_is_delivered_to(tmp_path: Path) -> None:
    said = welcome(
        load(config(tmp_path, "record: {spool: s, clickhouse: 'http://127.0.0.1:8123/g'}\n"), {}), "gatehouse"
    )
    assert f"Record: {tmp_path / 's'}, delivered to http://127.0.0.1:8123/g " in said


def test_the_link_to_the_console(tmp_path: Path) -> None:
    settings = load(config(tmp_path), {})
    assert "Approvals and the console: http://127.0.0.1:15090\n" in welcome(settings, "gatehouse")
    said = welcome(settings, "gatehouse", "http://127.0.0.1:15090/sign-in?once=x")
    assert "console: http://127.0.0.1:15090/sign-in?once=x\n" in said
    assert f"`gatehouse console --config {settings.file}` prints another" in said


def test_no_link_where_there_is_nothing_to_open(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert link(load(config(tmp_path, f"control: {{url: 'http://127.0.0.1:{port}'}}\n"), {})) is None


def test_with_a_real_upstream_it_says_where_calls_go(tmp_path: Path) -> None:
    said = welcome(load(config(tmp_path, simulator="false"), {}), "gatehouse")
    assert "Calls go to https://api.anthropic.com." in said
    assert "simulator" not in said


@pytest.mark.parametrize("note", ["port in use", "bad policy", "unreadable policy"])
def test_what_is_in_the_way_is_said_before_anything_starts(tmp_path: Path, note: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        file = config(tmp_path, f"listen: {{port: {port}}}\n" if note == "port in use" else "listen: {port: 1}\n")
        if note == "bad policy":
            (tmp_path / "p.yaml").write_text("policy: p\nrules:\n  - {id: a, do: nothing}\n  - {id: b, doo: mask}\n")
        if note == "unreadable policy":
            (tmp_path / "p.yaml").write_bytes(b"\xff\xfe")
        done = subprocess.run(
            [sys.executable, "-m", "sidecar.cli.main", "up", "--config", str(file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    expected = {
        "port in use": f"port {port} on 127.0.0.1 is in use",
        "bad policy": "p.yaml:3:",
        "unreadable policy": "UTF-8",
    }
    assert expected[note] in done.stderr
