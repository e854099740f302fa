"""What is kept is verified each time, and replaced whole."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.rulebook.bundle.kept import Kept
from tests.bundles import THEIRS, TRUSTED, bundle


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "bundle" / "current.tar", TRUSTED)
    for version in (1, 2):
        kept.keep(bundle(version))
        assert kept.read().title == f"company@{version}"
    assert [file.name for file in kept.file.parent.iterdir()] == ["current.tar"]
    assert (kept.file.stat().st_mode & 0o777, kept.file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"", "the bundle is no tar archive"),
        (bundle(key=THEIRS), "none of the trusted keys"),
        (bundle()[:-512], "ends in the middle"),
    ],
)
def test_what_is_no_good(tmp_path: Path, raw: bytes | None, said: str) -> None:
    kept = Kept(tmp_path / "current.tar", TRUSTED)
    if raw is not None:
        kept.file.write_bytes(raw)
    with pytest.raises(ConfigurationError, match=said):
        kept.read()


def test_where_nothing_can_be_kept_the_one_before_stays(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "current.tar", TRUSTED)
    kept.file.mkdir()
    with pytest.raises(OSError, match="directory"):
        kept.keep(bundle())
    assert kept.file.is_dir()
