"""Sessions over a restart: what opens, what does not, and what a stranger can read."""

import os
import stat
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.mask.memory import Memories
from sidecar.record.keeper import FORGOTTEN_AFTER, Keeper
from sidecar.settings.values import Restore

SCOPE = "company\nanna\nsession-1"
VALUE = "bob" + "@" + "example.com"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_bytes(os.urandom(32))
    return file


def filled() -> Memories:
    memories = Memories()
    memories.of(SCOPE).remember_token("[EMAIL_K7Q2M9XA]", VALUE)
    memories.of(SCOPE).remember_said("[KEY_K7Q2M9XB]", "the provider said this")
    return memories


def kept(tmp_path: Path, key: Path) -> Path:
    folder = tmp_path / "restore"
    Keeper(Restore(True, key), folder, filled()).save()
    return folder


def test_a_session_comes_back(tmp_path: Path, key: Path) -> None:
    memories = Memories()
    assert Keeper(Restore(True, key), kept(tmp_path, key), memories).load() == 1
    assert memories.known(SCOPE)
    assert memories.of(SCOPE).value_of("[EMAIL_K7Q2M9XA]") == VALUE
    assert memories.of(SCOPE).said("[KEY_K7Q2M9XB]") == "the provider said this"


def test_nothing_can_be_read_without_the_key(tmp_path: Path, key: Path) -> None:
    (file,) = kept(tmp_path, key).iterdir()
    data = file.read_bytes() + file.name.encode()
    assert not any(word in data for word in (VALUE.encode(), b"anna", b"session-1", b"provider"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("note", ["another key", "a flipped bit", "cut short", "empty"])
def test_what_does_not_open_is_left_alone(tmp_path: Path, key: Path, note: str) -> None:
    folder = kept(tmp_path, key)
    (file,) = folder.iterdir()
    data = file.read_bytes()
    if note == "another key":
        key.write_bytes(os.urandom(32))
    file.write_bytes(
        {"a flipped bit": data[:-1] + bytes([data[-1] ^ 1]), "cut short": data[:9], "empty": b""}.get(note, data)
    )
    memories = Memories()
    assert Keeper(Restore(True, key), folder, memories).load() == 0
    assert not memories.known(SCOPE)
    assert file.exists()


def test_only_what_changed_is_written_again(tmp_path: Path, key: Path) -> None:
    memories, folder = filled(), tmp_path / "restore"
    keeper = Keeper(Restore(True, key), folder, memories)
    keeper.save()
    (file,) = folder.iterdir()
    first = file.read_bytes()
    keeper.save()
    assert file.read_bytes() == first
    memories.of(SCOPE).remember_token("[EMAIL_K7Q2M9XC]", "x")
    keeper.save()
    assert file.read_bytes() != first


def test_switched_off_it_writes_nothing(tmp_path: Path) -> None:
    keeper = Keeper(Restore(False, None), tmp_path / "restore", filled())
    keeper.save()
    assert keeper.load() == 0
    assert not (tmp_path / "restore").exists()


def test_a_session_that_nobody_used_is_removed(tmp_path: Path, key: Path) -> None:
    folder = kept(tmp_path, key)
    (file,) = folder.iterdir()
    then = file.stat().st_mtime - FORGOTTEN_AFTER - 60
    os.utime(file, (then, then))
    assert Keeper(Restore(True, key), folder, Memories()).load() == 0
    assert not file.exists()


@pytest.mark.parametrize(
    ("raw", "said"), [(b"short", "it has 5 bytes"), (b"z" * 64, "not hexadecimal"), (None, "cannot be read")]
)
def test_a_bad_key_is_refused_at_the_start(tmp_path: Path, raw: bytes | None, said: str) -> None:
    file = tmp_path / "key"
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(ConfigurationError, match=said):
        Keeper(Restore(True, file), tmp_path, Memories())


def test_a_key_in_hexadecimal_is_the_same_key(tmp_path: Path, key: Path) -> None:
    folder = kept(tmp_path, key)
    key.write_text(key.read_bytes().hex() + "\n")
    memories = Memories()
    assert Keeper(Restore(True, key), folder, memories).load() == 1
