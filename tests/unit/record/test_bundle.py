import asyncio
import gzip
import json
import tarfile
import zlib
from hashlib import sha256
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.selection import Selection
from sidecar.core.evidence.verdict import Trouble
from sidecar.record.bundle import BundleSource, checked_bundle, write
from sidecar.record.gather import gathered
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource, file_anchor
from tests.unit.core.evidence.histories import KEYS
from tests.unit.record.gates import gate


@pytest.fixture(params=["whole", "part"])
def bundle(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    asyncio.run(gate(tmp_path))
    selection = Selection() if request.param == "whole" else Selection(session="s1")
    source, keys = SpoolSource(tmp_path / "state" / "spool"), published(tmp_path / "state" / "keys")
    write(tmp_path / "b.tar.gz", gathered(source, selection, keys, {}))
    return tmp_path / "b.tar.gz"


def unpacked(bundle: Path) -> Path:
    folder = bundle.parent / "unpacked"
    with tarfile.open(bundle) as tar:
        tar.extractall(folder, filter="data")
    return folder


def edited(folder: Path, name: str, data: bytes) -> None:
    """With the manifest made to fit."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_bundle_is_green_as_file_and_as_folder_and_with_its_anchor(bundle: Path) -> None:
    anchor = file_anchor(bundle.parent / "state" / "anchor" / "checkpoints.jsonl")
    assert anchor is not None
    assert checked_bundle(bundle, None, [anchor]).green
    assert checked_bundle(unpacked(bundle), published(bundle.parent / "state" / "keys")).green
    assert not list(bundle.parent.glob(".*fresh"))


def test_only_the_keys_that_are_trusted_count(bundle: Path) -> None:
    assert {fault.trouble for fault in checked_bundle(bundle, KEYS).faults} == {Trouble.UNKNOWN_KEY}


def test_every_file_that_changed_or_went_is_named(bundle: Path) -> None:
    folder = unpacked(bundle)
    for file in sorted(one for one in folder.rglob("*") if one.is_file() and one.name != "manifest.json")[:6]:
        kept, name = file.read_bytes(), file.relative_to(folder).as_posix()
        file.write_bytes(kept + b"\n")
        assert any(name in fault.message for fault in checked_bundle(folder).faults)
        file.write_bytes(kept)
    (folder / "verify.py").unlink()
    (fault,) = checked_bundle(folder).faults
    assert fault.trouble is Trouble.MISSING


def test_an_edit_with_a_manifest_to_match_is_named(bundle: Path) -> None:
    folder = unpacked(bundle)
    lines = (folder / "records.jsonl").read_bytes().splitlines(keepends=True)
    edited(folder, "records.jsonl", b"".join([*lines[:2], lines[2].replace(b"x0-", b"x9-"), *lines[3:]]))
    assert not checked_bundle(folder).integrity
    edited(folder, "records.jsonl", b"".join(lines))
    assert checked_bundle(folder).green
    points = (folder / "checkpoints.jsonl").read_bytes()
    edited(folder, "checkpoints.jsonl", points.replace(b'"root":"', b'"root":"0', 1))
    assert not checked_bundle(folder).integrity


def plain(raw: bytes) -> bytes | None:
    """A flipped bit may point back to other bytes that are the same: then nothing has changed."""
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        return None


def test_a_flipped_bit_and_a_file_that_is_none_are_told(bundle: Path) -> None:
    raw = bundle.read_bytes()  # its first 40 bytes name the file and say when it was made: nothing depends on them
    last = len(raw) - 9  # the byte in which the compressed data ends: its last bits may stand for nothing
    for place in (*range(40, last, len(raw) // 25), *range(len(raw) - 12, last), *range(last + 1, len(raw))):
        flipped = raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]
        bundle.write_bytes(flipped)
        assert checked_bundle(bundle).green is (plain(flipped) == plain(raw)), place
    bundle.write_bytes(b"no archive")
    assert "cannot be" in checked_bundle(bundle).faults[0].message
    with pytest.raises(ConfigurationError, match="cannot be read"):
        checked_bundle(bundle.parent / "none.tar.gz")


def test_a_body_of_odd_bytes_is_carried(bundle: Path) -> None:
    folder = unpacked(bundle)
    lines = (folder / "records.jsonl").read_bytes().splitlines()
    first = json.loads(lines[0])
    first["body"] = b"\xff{".decode("utf-8", "surrogateescape")
    edited(folder, "records.jsonl", b"\n".join([json.dumps(first).encode(), *lines[1:]]))
    source = BundleSource(folder)
    assert next(source.events())[0].body == b"\xff{"
    assert source.total() == len(lines)
