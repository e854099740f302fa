"""Text to a tree, or the reason why not."""

import pytest

from sidecar.core.understand.shell.parse import LARGEST, MOST_PIPES, Source, parse


@pytest.mark.parametrize(
    ("text", "whole"),
    [("ls | wc", True), ("cat - <<'E'\nx\nE", True), ("ls 'x", False), ("a \\\n b", True), ("if", False)],
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
