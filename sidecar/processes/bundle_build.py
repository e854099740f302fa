"""A signed bundle from a folder of policies, refused if a gate would refuse it.

Rules:
- Every `.yaml` of the folder is a policy, or a file of cases: cases are run, and stay here. So does everything else,
  and what stays is named.
- What is looked at is what is packed, in a folder of its own: a test that needs a file beside it fails here, and not on
  a thousand gates.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.model.document import read_yaml
from sidecar.processes.policy_cases import results, suite_of
from sidecar.processes.policy_check import complaints
from sidecar.processes.policy_text import text_of
from sidecar.rulebook.bundle.archive import LARGEST, LARGEST_FILE, MOST_FILES, POLICY_NAME
from sidecar.rulebook.bundle.bundle import listed, made
from sidecar.rulebook.bundle.manifest import Manifest

SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a manifest says besides its files."""

    name: str
    version: int
    created: int
    needs: str
    not_after: int | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """`left`: names of what stayed in the folder."""

    raw: bytes
    manifest: Manifest
    left: tuple[str, ...]


def built(folder: Path, said: Said, keys: Sequence[Ed25519PrivateKey]) -> Built:
    """The bundle, or every mistake in what should be in it."""
    inside = _inside(folder)
    written = [file for file in inside if file.suffix in SUFFIXES and not file.name.startswith(".")]
    texts = {file: text_of(file) for file in written}
    cases = [file for file in written if _is_cases(file, texts[file])]
    files = {file.name: texts[file].encode() for file in written if file not in cases}
    _refuse_what_cannot_be_packed(folder, files)
    _refuse_what_is_wrong(folder, files)
    if failed := [line for file in cases for line in _failed(file)]:
        raise ConfigurationError(failed)
    manifest = Manifest(said.name, said.version, said.created, listed(files), said.needs, said.not_after)
    raw = made(manifest, files, keys)
    if len(raw) > LARGEST:
        raise ConfigurationError.single(str(folder), f"makes a bundle of more than {LARGEST >> 20} MiB")
    return Built(raw, manifest, tuple(file.name for file in inside if file.name not in files))


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise ConfigurationError.single(str(folder), f"cannot be read: {error.strerror}") from error


def _is_cases(file: Path, text: str) -> bool:
    try:
        value = read_yaml(text, str(file)).value
    except ConfigurationError:
        return False  # said where policies are looked at
    return isinstance(value, dict) and "cases" in value


def _refuse_what_cannot_be_packed(folder: Path, files: Mapping[str, bytes]) -> None:
    if not files:
        raise ConfigurationError.single(str(folder), "holds no policy: a bundle is made of its .yaml files")
    if len(files) > MOST_FILES:
        raise ConfigurationError.single(str(folder), f"holds {len(files)} policies; {MOST_FILES} are the most")
    if wrong := [Mistake(str(folder / name), 0, said) for name, body in files.items() if (said := _unfit(name, body))]:
        raise ConfigurationError(wrong)


def _unfit(name: str, body: bytes) -> str:
    if not POLICY_NAME.fullmatch(name):
        return "has a name that cannot be in a bundle: letters, digits, '.', '_' and '-', then .yaml"
    return f"is larger than {LARGEST_FILE >> 20} MiB" if len(body) > LARGEST_FILE else ""


def _refuse_what_is_wrong(folder: Path, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="gatehouse-") as packed:
        for name, body in files.items():
            (Path(packed) / name).write_bytes(body)
        lines = complaints(Path(packed))
    if lines:
        raise ConfigurationError([_mistake(folder, line, files) for line in lines])


def _mistake(folder: Path, line: str, files: Mapping[str, bytes]) -> Mistake:
    """Of a line that begins with a file's name, and the number of the line in it if there is one."""
    place, _, said = line.partition(": ")
    if place.partition(":")[0] not in files:
        said = "is named by a test, and only policies are in a bundle: write the request into the test itself"
    return Mistake(f"{folder}/{place}", 0, said)


def _failed(file: Path) -> Iterator[Mistake]:
    for one in results(suite_of(file)):
        yield from (Mistake(str(file), 0, f"test {one.note!r}: {wrong}") for wrong in one.wrong)
