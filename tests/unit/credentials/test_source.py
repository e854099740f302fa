"""Credentials from the environment and from files that change."""

import os
from pathlib import Path

import pytest

from sidecar.credentials.source import FromEnvironment, FromFile, Missing, lines, usable

KEY = "sk-" + "test-" + "0123456789"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        (KEY, KEY, "as it is"),
        (KEY + "\n", KEY, "an editor's newline"),
        (KEY + "\r\n", KEY, "a Windows editor's newline"),
        (KEY + " x", KEY + " x", "a blank inside is the owner's business"),
    ],
)
def test_usable(text: str, value: str, note: str) -> None:
    assert usable(text, "the place").reveal() == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the place is empty"),
        ("\n", "the place is empty"),
        ("  ", "the place is empty"),
        (KEY + "\r\nx-admin: yes", "cannot stand in a header"),
        (KEY + "\n\n", "cannot stand in a header"),
        ("\n" + KEY, "cannot stand in a header"),
        (KEY + "\0", "cannot stand in a header"),
        (KEY + "é", "cannot stand in a header"),
        (KEY + "\x85", "cannot stand in a header"),
    ],
)
def test_not_usable_and_the_value_is_not_said(text: str, said: str) -> None:
    with pytest.raises(Missing, match=said) as caught:
        usable(text, "the place")
    assert KEY not in str(caught.value)


def test_environment() -> None:
    assert FromEnvironment("KEY", {"KEY": KEY}).read().reveal() == KEY
    with pytest.raises(Missing, match="KEY is not set"):
        FromEnvironment("KEY", {}).read()
    with pytest.raises(Missing, match="KEY is empty"):
        FromEnvironment("KEY", {"KEY": ""}).read()


def test_a_file_is_read_again_when_it_changed_and_a_second_went_by(tmp_path: Path) -> None:
    path, clock = tmp_path / "key", Clock()
    path.write_text("first\n")
    source = FromFile(path, clock)
    assert source.read().reveal() == "first"
    path.write_text("second!\n")
    assert source.read().reveal() == "first"
    clock.now = 1.0
    assert source.read().reveal() == "second!"


def test_a_swapped_symlink_is_a_change(tmp_path: Path) -> None:
    clock = Clock()
    for name, value in (("..1", "aaaa"), ("..2", "bbbb")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "key").write_text(value)
        os.utime(tmp_path / name / "key", ns=(0, 0))
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "key").symlink_to("..data/key")
    source = FromFile(tmp_path / "key", clock)
    assert source.read().reveal() == "aaaa"
    (tmp_path / "..tmp").symlink_to("..2")
    (tmp_path / "..tmp").replace(tmp_path / "..data")
    clock.now = 1.0
    assert source.read().reveal() == "bbbb"


def test_a_file_that_goes_away_takes_its_credential_with_it_and_comes_back(tmp_path: Path) -> None:
    path, clock = tmp_path / "key", Clock()
    source = FromFile(path, clock)
    with pytest.raises(Missing, match="No such file"):
        source.read()
    for step, text in enumerate(["one", None, "two", "", "three"], start=1):
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        clock.now = float(step)
        if text:
            assert source.read().reveal() == text
        else:
            with pytest.raises(Missing):
                source.read()
            with pytest.raises(Missing):
                source.read()  # also when it is not looked at again


def test_a_file_of_the_wrong_kind(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="cannot be read"):
        FromFile(tmp_path, Clock()).read()
    (tmp_path / "big").write_bytes(b"x" * 20_000)
    with pytest.raises(Missing, match="larger than 16 KiB"):
        FromFile(tmp_path / "big", Clock()).read()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Missing, match="cannot stand in a header"):
        FromFile(tmp_path / "binary", Clock()).read()


def test_a_key_has_lines(tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_text("one\ntwo\n")
    assert FromFile(tmp_path / "k.pem", Clock(), meant=lines).read().reveal() == "one\ntwo\n"
    with pytest.raises(Missing, match="the place is empty"):
        lines("\n ", "the place")
