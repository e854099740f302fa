"""Lines of a file: whole or in parts, and a count for those who wait."""

import io

import pytest

from sidecar.cli.lines import CHUNK, WATCHED, joined, lines_of


@pytest.mark.parametrize(
    ("data", "parts", "whole", "note"),
    [
        (b"", [], [], "nothing"),
        (b"a\nb\n", [b"a\n", b"b\n"], [b"a\n", b"b\n"], "two lines"),
        (b"a\r\n\n", [b"a\r\n", b"\n"], [b"a\r\n", b"\n"], "ends are kept"),
        (b"a\nb", [b"a\n", b"b"], [b"a\n", b"b"], "the last line has no end"),
        (
            b"x" * CHUNK + b"y\nz",
            [b"x" * CHUNK, b"y\n", b"z"],
            [b"x" * CHUNK + b"y\n", b"z"],
            "a long line comes in parts",
        ),
    ],
)
def test_lines(data: bytes, parts: list[bytes], whole: list[bytes], note: str) -> None:
    assert list(lines_of(io.BytesIO(data))) == parts, note
    assert list(joined(parts)) == whole, note


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("size", "terminal", "shown", "note"),
    [
        (WATCHED, True, "\r100%\n", "a big file, and somebody watches"),
        (WATCHED, False, "", "nobody watches"),
        (WATCHED - 1, True, "", "a file that is done at once"),
    ],
)
def test_a_big_file_shows_how_far_it_is(
    tmp_path, monkeypatch, size: int, terminal: bool, shown: str, note: str
) -> None:
    file = tmp_path / "big"
    file.write_bytes(b"\n" * 3 + b"x" * (size - 4) + b"\n")
    screen = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    with file.open("rb") as source:
        assert sum(map(len, lines_of(source))) == size, note
    assert screen.getvalue()[-len(shown) :] == shown if shown else not screen.getvalue(), note


def test_a_pipe_has_no_size(monkeypatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    assert list(lines_of(io.BytesIO(b"a\n"))) == [b"a\n"]
    assert screen.getvalue() == ""
