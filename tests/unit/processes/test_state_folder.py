"""The state folder: who may read it, and that two starters end with one secret."""

import stat
from pathlib import Path
from threading import Thread

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes import state_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_this_user_may_read_it(tmp_path: Path) -> None:
    folder = state_folder.prepared(tmp_path / "a" / "state")
    state_folder.route_secret(folder)
    state_folder.mask_key(folder)
    assert mode(folder) == 0o700
    assert [mode(file) for file in sorted(folder.iterdir())] == [0o600, 0o600]


def test_the_mask_key_stays_and_the_route_secret_is_renewed(tmp_path: Path) -> None:
    key, secret = state_folder.mask_key(tmp_path), state_folder.route_secret(tmp_path)
    assert len(key) == 32
    assert state_folder.mask_key(tmp_path) == key
    assert state_folder.route_secret(tmp_path) == secret
    assert state_folder.renew_route_secret(tmp_path) != secret


def test_starters_at_once_end_with_one_secret(tmp_path: Path) -> None:
    seen: list[str] = []
    threads = [Thread(target=lambda: seen.append(state_folder.route_secret(tmp_path)), daemon=True) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 16
    assert len(set(seen)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["route.secret"]


def test_a_configured_mask_key_is_taken_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"k" * 32 + b"\n")
    assert state_folder.mask_key(tmp_path, file) == b"k" * 32


@pytest.mark.parametrize(("content", "said"), [(b"short", "5 bytes; at least 32"), (None, "cannot be read")])
def test_a_bad_mask_key_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        state_folder.mask_key(tmp_path, file)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="state folder cannot be made"):
        state_folder.prepared(tmp_path / "file" / "state")


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    for text in ("first", "second"):
        state_folder.write_private(tmp_path / "x", text)
    assert (tmp_path / "x").read_text() == "second"
    assert [file.name for file in tmp_path.iterdir()] == ["x"]
