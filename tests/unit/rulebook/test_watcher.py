"""Changes of policy files are noticed when they are over, whatever kind they are."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.watcher import Sources, Watcher
from tests.bundles import TRUSTED, bundle

Folder = Path


def texts(found: Sources | ConfigurationError | None) -> list[str]:
    assert isinstance(found, tuple), found
    return [source.text for source in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as Kubernetes mounts a ConfigMap: the file is a symlink through a symlink."""
    for name, text in (("..1", "old"), ("..2", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "map.yaml").write_text(text)
        os.utime(tmp_path / name / "map.yaml", ns=(0, 0))
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "map.yaml").symlink_to("..data/map.yaml")
    (tmp_path / "plain.yaml").write_text("plain")
    return tmp_path


def swap(folder: Path) -> None:
    (folder / "..tmp").symlink_to("..2")
    (folder / "..tmp").replace(folder / "..data")


def rename_over(folder: Path) -> None:
    (folder / "fresh").write_text("new")
    (folder / "fresh").replace(folder / "plain.yaml")


def same_size_in_place(folder: Path) -> None:
    before = (folder / "plain.yaml").stat()
    (folder / "plain.yaml").write_text("PLAIN")
    os.utime(folder / "plain.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))  # only the inode's own time tells


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (swap, ["new", "plain"]),
        (rename_over, ["old", "new"]),
        (same_size_in_place, ["old", "PLAIN"]),
        (lambda folder: (folder / "plain.yaml").write_text("longer text"), ["old", "longer text"]),
        (lambda folder: (folder / "another.yaml").write_text("added"), ["added", "old", "plain"]),
        (lambda folder: (folder / "plain.yaml").unlink(), ["old"]),
        (lambda folder: (folder / "plain.yaml").rename(folder / "a.yaml"), ["plain", "old"]),
    ],
)
def test_a_change_is_told_once_and_when_it_is_over(
    folder: Path, change: Callable[[Path], object], after: list[str]
) -> None:
    watcher = Watcher([str(folder / "*.yaml")])
    assert texts(watcher.read()) == ["old", "plain"]
    assert watcher.look() is None
    change(folder)
    assert watcher.look() is None  # seen, but it may go on
    assert texts(watcher.look()) == after
    assert watcher.look() is None
    assert watcher.look() is None


def test_while_it_goes_on_nothing_is_told(folder: Path) -> None:
    watcher = Watcher([str(folder / "*.yaml")])
    watcher.read()
    for number in range(5):
        (folder / "plain.yaml").write_text("x" * number)
        assert watcher.look() is None
    assert texts(watcher.look()) == ["old", "xxxx"]


def test_a_touch_is_no_change(folder: Path) -> None:
    watcher = Watcher([str(folder / "*.yaml")])
    watcher.read()
    os.utime(folder / "plain.yaml", ns=(1, 1))
    assert [watcher.look() for _ in range(3)] == [None, None, None]


def test_what_cannot_be_read_is_told_once_and_so_is_its_return(folder: Path) -> None:
    watcher = Watcher([str(folder / "*.yaml")])
    watcher.read()
    (folder / "plain.yaml").unlink()
    (folder / "plain.yaml").mkdir()
    assert watcher.look() is None
    told = watcher.look()
    assert isinstance(told, ConfigurationError)
    assert "is a folder" in str(told)
    assert [watcher.look() for _ in range(3)] == [None, None, None]
    (folder / "plain.yaml").rmdir()
    (folder / "plain.yaml").write_text("plain")
    assert watcher.look() is None
    assert texts(watcher.look()) == ["old", "plain"]  # the same text as before: the alarm ends


def test_all_files_gone_is_an_error_and_not_an_empty_book(folder: Path) -> None:
    watcher = Watcher([str(folder / "*.yaml")])
    watcher.read()
    (folder / "plain.yaml").unlink()
    (folder / "map.yaml").unlink()
    watcher.look()
    told = watcher.look()
    assert isinstance(told, ConfigurationError)
    assert "matches no file" in str(told)


def test_files_that_change_while_they_are_read_are_read_again(folder: Path) -> None:
    class Interrupted(Watcher):
        def _outcome(self) -> Sources | ConfigurationError:
            outcome = super()._outcome()
            if (folder / "..data").readlink() == Path("..1"):
                swap(folder)
            return outcome

    watcher = Interrupted([str(folder / "*.yaml")])
    watcher.read()
    (folder / "plain.yaml").write_text("changed")
    assert watcher.look() is None
    assert watcher.look() is None  # the swap fell into the reading
    assert watcher.look() is None
    assert texts(watcher.look()) == ["new", "changed"]


def test_a_kept_bundle_is_a_file_like_any_other(folder: Path) -> None:
    kept = Kept(folder / "state" / "current.tar", TRUSTED)
    kept.keep(bundle(1, {"a.yaml": b"signed"}))
    watcher = Watcher([str(folder / "plain.yaml")], kept)
    assert texts(watcher.read()) == ["plain", "signed"]
    assert watcher.bundle is not None
    kept.keep(bundle(2, {"a.yaml": b"signed"}))
    assert watcher.look() is None
    found = watcher.look()
    assert texts(found) == ["plain", "signed"]  # the same text, and another version: it is told
    assert isinstance(found, tuple)
    assert [source.file for source in found] == [str(folder / "plain.yaml"), "company@2/a.yaml"]
    kept.file.write_bytes(b"damaged" * 200)
    assert watcher.look() is None
    told = watcher.look()
    assert isinstance(told, ConfigurationError)
    assert "the bundle is no tar archive" in str(told)
    assert watcher.bundle.title == "company@2"
