import stat
from pathlib import Path

import pytest

from sidecar.control.tokens.sealing import Sealing, sealing
from sidecar.core.errors import ConfigurationError


def test_sealed_and_opened(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "token.key"
    one = sealing(file).seal(b"secret", "k1")
    assert "secret" not in one
    assert sealing(file).open(one, "k1") == b"secret"
    assert one != sealing(file).seal(b"secret", "k1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [name.name for name in file.parent.iterdir()] == ["token.key"]


@pytest.mark.parametrize(("key", "name"), [(b"b" * 32, "k1"), (b"a" * 32, "k2")], ids=["another key", "another name"])
def test_only_what_belongs_together(key: bytes, name: str) -> None:
    sealed = Sealing(b"a" * 32, "file").seal(b"secret", "k1")
    with pytest.raises(ConfigurationError, match="not the key"):
        Sealing(key, "file").open(sealed, name)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("", 0o600, "32 bytes"),
        ("zz" * 32, 0o600, "32 bytes"),
        ("ab" * 31, 0o600, "32 bytes"),
        ("ab" * 32, 0o640, "600"),
    ],
)
def test_files_that_are_no_key(tmp_path: Path, text: str, mode: int, said: str) -> None:
    file = tmp_path / "token.key"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match=said):
        sealing(file)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        sealing(tmp_path / "file" / "token.key")
