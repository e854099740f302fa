"""Text to a tree, or the reason why not."""

import tracemalloc

import pytest

from sidecar.core.understand.shell.parse import LARGEST, MOST_PIPES, Source, parse


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("ls | wc", True),
        ("cat - <<'E'\nx\nE", True),
        ("ls 'x", False),
        ("a \\\n b", True),
        ("if", False),
        ("cat <<é\nx\né\n", False),
        ("cat <<'E'\né\nE\n", True),
        ("echo 'é' {é,b}", True),
    ],
)
def test_whether_the_tree_accounts_for_everything(text: str, whole: bool) -> None:
    source = parse(text)
    assert isinstance(source, Source)
    assert source.whole is whole


@pytest.mark.parametrize(
    "text",
    [
        "x" * (LARGEST + 1),
        "a\x00b",
        "\ud800",
        "a|" * (MOST_PIPES + 1),
        ")" * 20_000,
        "<" * 20_000,
        "$(" * 200 + "x" + ")" * 200,
    ],
    ids=["long", "zero", "no text", "pipes", "closed brackets", "here-documents", "deep"],
)
def test_what_is_not_read(text: str) -> None:
    assert isinstance(parse(text), str)


def test_a_place_is_in_characters() -> None:
    source = parse("echo é; ls")
    assert isinstance(source, Source)
    last = source.root.named_children[-1]
    assert source.span(last) == (8, 10)
    assert source.of(last) == "ls"


@pytest.mark.parametrize("before", ["{", "{1", "{1..", "{1..2"])
def test_a_brace_before_any_letter_is_read(before: str) -> None:
    """The grammar's scanner reads foreign memory there, when it is shown a letter beyond 255."""
    for letter in range(0x10000, 0x110000, 0x800):
        assert isinstance(parse(f"echo {before}{chr(letter)}}}"), Source)


@pytest.mark.parametrize("unit", ["🎉)", "é&&<<E"])
def test_no_text_cut_within_a_letter_ends_the_process(unit: str) -> None:
    """Given up in the middle of a letter, the parser would read from nowhere."""
    assert isinstance(parse((unit * 20_000)[:90_000]), str)


def test_nothing_is_kept() -> None:
    text = "echo hello; ls -l\n" * 300
    parse(text)
    tracemalloc.start()
    try:
        for _ in range(20):
            parse(text)
        assert tracemalloc.get_traced_memory()[0] < 2 * len(text)
    finally:
        tracemalloc.stop()
