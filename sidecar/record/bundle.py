"""A part of the record, or all of it, in one file that anybody can check: no database, no network, not even our code.

    records.jsonl      an event a line: its columns, hashes in hexadecimal, its body, and in a part its inclusion proof
    checkpoints.jsonl  the signed checkpoints
    keys.json          the public keys
    parts/<digest>     what the facts name by digest
    verify.py          a check that needs only Python
    manifest.json      what was asked for, and the SHA-256 of every other file

Rules:
- All of the record is proved by its chains. A part is proved event by event: each is under a signed Merkle root.
- A body that is no UTF-8 (it was changed) is carried by escapes, so that a broken record can be shown, too.
"""

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.expiry import NEVER
from sidecar.core.evidence.inclusion import Proof, proved
from sidecar.core.evidence.verdict import Faults, Trouble, Verdict
from sidecar.record.check import checked
from sidecar.record.sources import BATCH, anchored

VERSION = 1
RECORDS, CHECKPOINTS, KEYS, SCRIPT, MANIFEST = (
    "records.jsonl",
    "checkpoints.jsonl",
    "keys.json",
    "verify.py",
    "manifest.json",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What goes into a bundle. `proofs` by chain and number; none in a whole one."""

    events: Sequence[Event]
    checkpoints: Sequence[bytes]
    keys: PublicKeys
    parts: Mapping[str, bytes]
    proofs: Mapping[tuple[str, int], Proof]
    whole: bool
    asked: Mapping[str, str | None]


def write(file: Path, held: Held) -> None:
    """Whole or not at all."""
    keys = [{"id": name, "public": key.public_bytes_raw().hex()} for name, key in held.keys.items()]
    files = {
        RECORDS: b"".join(_line(event, held.proofs.get((event.chain, event.seq))) for event in held.events),
        CHECKPOINTS: b"".join(line + b"\n" for line in held.checkpoints),
        KEYS: json.dumps({"keys": keys}, indent=2).encode(),
        SCRIPT: Path(__file__).with_name("standalone_verify.py").read_bytes(),
        **{f"parts/{name}": data for name, data in held.parts.items()},
    }
    manifest = {
        "bundle": VERSION,
        "whole": held.whole,
        "asked": dict(held.asked),
        "events": len(held.events),
        "files": {name: sha256(data).hexdigest() for name, data in files.items()},
    }
    fresh = file.with_name(f".{file.name}.fresh")
    try:
        with tarfile.open(fresh, "w:gz") as tar:
            for name, data in (*files.items(), (MANIFEST, json.dumps(manifest, indent=2).encode())):
                about = tarfile.TarInfo(name)
                about.size, about.mode = len(data), 0o644
                tar.addfile(about, io.BytesIO(data))
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigurationError.single(str(file), f"cannot be written: {error.strerror}") from error


def _line(event: Event, proof: Proof | None) -> bytes:
    said: dict[str, object] = {
        "chain": event.chain,
        "seq": event.seq,
        "at": event.at,
        "kind": event.kind,
        "previous": event.previous.hex(),
        "hash": event.hash.hex(),
        "body": event.body.decode("utf-8", "surrogateescape"),
    }
    if proof is not None:
        said["proof"] = {"count": proof.count, "path": [step.hex() for step in proof.path]}
    return json.dumps(said).encode() + b"\n"


class BundleSource:
    """A bundle as it was read. What is wrong with it as a file is in `faults`."""

    name = "bundle"
    aside: Sequence[tuple[Event, str]] = ()

    def __init__(self, path: Path) -> None:
        self._files = _read(path)
        manifest = json.loads(self._files[MANIFEST])
        self.whole, self._digests = bool(manifest["whole"]), dict(manifest["files"])
        self.begins: Mapping[str, int] = {}
        self.keys: PublicKeys = {
            one["id"]: Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["public"]))
            for one in json.loads(self._files[KEYS])["keys"]
        }
        self.records = [_record(line) for line in self._files[RECORDS].splitlines()]

    def changed(self) -> Iterator[tuple[Trouble, str]]:
        for name in sorted(self._digests.keys() | self._files.keys() - {MANIFEST}):
            data = self._files.get(name)
            if data is None:
                yield Trouble.MISSING, name
            elif sha256(data).hexdigest() != self._digests.get(name):
                yield Trouble.CHANGED, name

    def total(self) -> int:
        return len(self.records)

    def events(self) -> Iterator[Sequence[Event]]:
        for start in range(0, len(self.records), BATCH):
            yield [event for event, _ in self.records[start : start + BATCH]]

    def absent(self, digests: frozenset[str]) -> Iterable[str]:
        return [name for name in digests if f"parts/{name}" not in self._files]

    def fetch(self, digests: frozenset[str]) -> Mapping[str, bytes]:
        return {name: self._files[f"parts/{name}"] for name in digests if f"parts/{name}" in self._files}

    def parts(self) -> Iterator[tuple[str, bytes | None]]:
        for name, data in self._files.items():
            if name.startswith("parts/"):
                yield name.removeprefix("parts/"), data

    def own(self) -> Sequence[Anchored]:
        return [anchored(CHECKPOINTS, self._files[CHECKPOINTS].splitlines(), torn=False)]


def checked_bundle(
    path: Path, keys: PublicKeys | None = None, anchors: Iterable[Anchored] = (), now: str = NEVER
) -> Verdict:
    """With the bundle's own keys unless others are given: then only those are believed, and whom they vouch for."""
    faults = Faults()
    try:
        source = BundleSource(path)
    except (KeyError, ValueError, TypeError, AttributeError, EOFError, tarfile.TarError, zlib.error) as error:
        faults.add(Trouble.CHANGED, "bundle", None, f"it cannot be read as a bundle ({type(error).__name__})")
        return Verdict(False, False, tuple(faults.found), 0, ())
    except OSError as error:
        if error.strerror is None:  # a broken archive, not a missing file
            faults.add(Trouble.CHANGED, "bundle", None, f"it cannot be unpacked ({error})")
            return Verdict(False, False, tuple(faults.found), 0, ())
        raise ConfigurationError.single(str(path), f"cannot be read: {error.strerror}") from error
    trusted = source.keys if keys is None else keys
    for trouble, name in source.changed():
        faults.add(trouble, "bundle", None, f"{name} is not what the manifest says")
    if source.whole:
        verdict = checked(source, trusted, anchors, now=now)
    else:
        verdict = proved(source.records, source.own()[0], trusted, source.absent, source.fetch, source.parts(), now)
    return replace(
        verdict,
        integrity=faults.integrity and verdict.integrity,
        completeness=faults.completeness and verdict.completeness,
        faults=(*faults.found, *verdict.faults),
    )


def _record(line: bytes) -> tuple[Event, Proof | None]:
    said = json.loads(line)
    event = Event(
        str(said["chain"]),
        int(said["seq"]),
        str(said["at"]),
        str(said["kind"]),
        said["body"].encode("utf-8", "surrogateescape"),
        bytes.fromhex(said["previous"]),
        bytes.fromhex(said["hash"]),
    )
    proof = said.get("proof")
    return event, None if proof is None else Proof(int(proof["count"]), tuple(map(bytes.fromhex, proof["path"])))


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    raw = path.read_bytes()
    # All of it, so that the archive's own checksum is looked at: `tarfile` stops where the last file ends.
    plain = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
        opened = ((member.name, tar.extractfile(member)) for member in tar if member.isfile())
        return {name: file.read() for name, file in opened if file is not None}
