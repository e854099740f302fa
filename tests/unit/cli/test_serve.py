"""`gatehouse serve`: what it says when it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = (sys.executable, "-m", "sidecar.cli.main", "serve")


def served(*words: str, path: Path | None = None) -> tuple[int, str]:
    environ = {**os.environ, "PYTHONPATH": str(path)} if path else None
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False, env=environ)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_without_a_process_it_says_what_there_is() -> None:
    code, said = served()
    assert code == 2
    assert "PROCESS" in said


def test_mistakes_in_the_configuration_come_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.yaml"
    file.write_text("listen: {port: 99999}\nrecord: {durability: maybe}\nsecrets: 1\n")
    code, said = served("data-plane", "--config", str(file))
    assert code == 2
    assert {line.split(":")[1] for line in said.splitlines() if line.startswith(str(file))} == {"1", "2", "3"}


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    code, said = served("data-plane", "--config", str(tmp_path / "none.yaml"))
    assert code == 2
    assert said.count("\n") == 1
    assert "none.yaml" in said


def test_the_local_clickhouse_is_for_this_machine_only(tmp_path: Path) -> None:
    code, said = served("clickhouse", "--address", "192.0.2.1", "--data", str(tmp_path))
    assert code == 2
    assert said.count("\n") == 1
    assert "192.0.2.1 is not a loopback address" in said


def test_without_the_engine_the_local_clickhouse_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "chdb.py").write_text("raise ImportError('no engine here')\n")
    code, said = served("clickhouse", "--port", "0", "--data", str(tmp_path / "data"), path=tmp_path)
    assert code == 2
    assert said.count("\n") == 1
    assert "pip install 'gatehouse[local]'" in said


def test_the_webhook_names_what_is_wrong_with_its_release(tmp_path: Path) -> None:
    file = tmp_path / "webhook.yaml"
    file.write_text("release: gate\nnamespace: 5\n")
    code, said = served("webhook", "--config", str(file))
    assert code == 2
    assert f"{file}:2: namespace" in said
    assert "injection: is required" in said
