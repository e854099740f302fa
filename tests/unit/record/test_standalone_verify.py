"""The script in a bundle, run as an auditor would: with nothing but Python."""

import asyncio
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from sidecar.core.evidence.merkle import Tree
from sidecar.core.evidence.selection import Selection
from sidecar.record import standalone_verify
from sidecar.record.bundle import write
from sidecar.record.gather import gathered
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource
from tests.unit.record.gates import gate
from tests.unit.record.test_bundle import edited, unpacked


@pytest.fixture(params=["whole", "part"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    asyncio.run(gate(tmp_path))
    selection = Selection() if request.param == "whole" else Selection(session="s1")
    source, keys = SpoolSource(tmp_path / "state" / "spool"), published(tmp_path / "state" / "keys")
    write(tmp_path / "b.tar.gz", gathered(source, selection, keys, {}))
    return unpacked(tmp_path / "b.tar.gz")


def said(folder: Path, *flags: str, what: str = ".") -> tuple[int, str]:
    """`-S` without what is installed, `-I` without this checkout."""
    command = [sys.executable, "-I", *flags, "verify.py", what]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def test_it_is_short_enough_to_be_read() -> None:
    assert standalone_verify.__file__ is not None
    assert len(Path(standalone_verify.__file__).read_text().splitlines()) <= 60


def test_an_untouched_bundle(folder: Path) -> None:
    assert said(folder) == (0, "ok\n")
    assert said(folder, what="../b.tar.gz") == (0, "ok\n")
    code, words = said(folder, "-S")
    assert (code, "NOT checked" in words) == (0, True)


@pytest.mark.parametrize(
    ("note", "name", "old", "new", "words"),
    [
        ("a body", "records.jsonl", b"x0-1", b"x9-1", "changed: gc_"),
        ("a column", "records.jsonl", b'"kind": "answered"', b'"kind": "decided"', "changed: gc_"),
        ("a hash", "records.jsonl", b'"hash": "', b'"hash": "00', "changed: gc_"),
        ("a root", "checkpoints.jsonl", b'"root":"', b'"root":"00', "bad signature"),
        ("a key", "keys.json", b'"public": "', b'"public": "00', "unknown key"),
    ],
)
def test_an_edit_is_named(folder: Path, note: str, name: str, old: bytes, new: bytes, words: str) -> None:
    data = (folder / name).read_bytes()
    assert old in data
    (folder / name).write_bytes(data.replace(old, new, 1))
    code, told = said(folder)
    assert code == 1
    assert f"changed: {name}" in told
    edited(folder, name, data.replace(old, new, 1))
    code, told = said(folder)
    assert code == 1
    assert words in told


def test_a_record_that_went_or_a_part_that_changed(folder: Path) -> None:
    part = next((folder / "parts").iterdir())
    edited(folder, f"parts/{part.name}", b"other")
    assert f"part changed: parts/{part.name}" in said(folder)[1]
    lines = (folder / "records.jsonl").read_bytes().splitlines(keepends=True)
    edited(folder, "records.jsonl", b"".join(lines[:3] + lines[4:]))
    whole = json.loads((folder / "manifest.json").read_bytes())["whole"]
    assert ("not in its place" in said(folder)[1]) is whole


def test_its_tree_is_ours() -> None:
    leaves = [sha256(bytes([number])).digest() for number in range(20)]
    for count in range(21):
        tree = Tree(leaves[:count])
        assert standalone_verify.root(leaves[:count]) == tree.root().hex()
        for place in range(count):
            path = [step.hex() for step in tree.inclusion(place)]
            assert standalone_verify.climbed(leaves[place], place, count, path) == tree.root().hex()
