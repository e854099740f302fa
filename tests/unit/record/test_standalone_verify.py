"""The script in a bundle, run as an auditor would: with nothing but Python."""

import asyncio
import json
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from sidecar.core.evidence.checkpoint import Keeping
from sidecar.core.evidence.merkle import Tree
from sidecar.core.evidence.selection import Selection
from sidecar.record import standalone_verify
from sidecar.record.bundle import checked_bundle, write
from sidecar.record.entry import Entry, Life
from sidecar.record.gather import gathered
from sidecar.record.keys import published
from sidecar.record.moment import written_at
from sidecar.record.sources import SpoolSource, anchored
from sidecar.record.spool_file import NAME, connected
from sidecar.record.writer import Writer
from sidecar.settings.values import Durability
from tests.unit.record.gates import gate
from tests.unit.record.spooling import Moving, keys
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
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=90)
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
        assert standalone_verify.root(leaves[:count]) == tree.root()
        for place in range(count):
            path = [step.hex() for step in tree.inclusion(place)]
            assert standalone_verify.climbed(leaves[place], place, count, path) == tree.root().hex()


@pytest.mark.parametrize(("more", "words"), [(0, "ok\n"), (1, "not in its place: gc_"), (-1, "ok\n")])
def test_what_retention_took_is_allowed_by_what_was_signed(tmp_path: Path, more: int, words: str) -> None:
    """Two lives of a gate that keeps events for two days: all of the first is over, and some of the second."""
    config, clock = tmp_path / "state", Moving(time.time() - 5 * 86_400)
    for name in ("gc_one", "gc_two"):
        life = Life(keys(config), "g", "v", clock, lambda name=name: name, 5, ("file:x",), Keeping(2))  # type: ignore[misc]
        (config / "spool").mkdir(exist_ok=True)
        writer = Writer(config / "spool", Durability.STRICT, life)
        for _ in range(48):
            writer.write([Entry("decided", clock.now, b"{}")])
            clock.now += 3_600
        writer.close()
        clock.now += 3_600
    source = SpoolSource(config / "spool")
    events = [event for batch in source.events() for event in batch]
    lines = anchored("file:x", [bytes(row[0]) for row in source._run("SELECT line FROM checkpoints")], torn=False)
    limit = written_at(time.time() - 2 * 86_400)
    covers = [one.count + 1 for one in lines.checkpoints if one.chain == "gc_two" and one.at < limit]
    gone = max(covers) + more
    connection = connected(config / "spool" / NAME)
    connection.execute("DELETE FROM events WHERE chain = 'gc_one' OR seq <= ?", (gone,))
    connection.execute("DELETE FROM checkpoints")
    connection.close()
    trusted = published(config / "keys")
    held = gathered(SpoolSource(config / "spool"), Selection(), trusted, {}, [lines])
    assert len(held.events) < len(events)
    write(tmp_path / "b.tar.gz", held)
    assert words in said(unpacked(tmp_path / "b.tar.gz"))[1]
    verdict = checked_bundle(tmp_path / "b.tar.gz", trusted, now=written_at(time.time()))
    assert verdict.green == (words == "ok\n")
    assert verdict.expired is not None
    assert verdict.expired.events == len(events) - len(held.events) - max(0, more)
