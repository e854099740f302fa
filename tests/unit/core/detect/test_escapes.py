"""Escapes overlaid with what they stand for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.core.detect.escapes import LONGEST, readable, whole
from sidecar.core.model.detector import Detector

FRAGMENTS = [
    "\\",
    "n",
    "\\n",
    "\\u00",
    "0a",
    "22",
    "41",
    "%",
    "%0",
    "A",
    "\x1b",
    "\x1b[",
    "31m",
    "key",
    " ",
    "\n",
    "\\\\",
]


@pytest.mark.parametrize(
    ("note", "text", "seen"),
    [
        ("a line end in source", b"x\\nkey", b"x\n\nkey"),
        ("both line ends", b"\\r\\nkey", b"\n\n\n\nkey"),
        ("a tab", b"a\\tb", b"a\t\tb"),
        ("a quote in JSON in a string", b"\\u0022key", b'""""""key'),
        ("an equals sign that a page escaped", b"k\\u003dv", b"k======v"),
        ("a letter stays: it belongs to its word", b"\\u0041KIA", b"\\u0041KIA"),
        ("a line end in a URL", b"%0Akey", b"\n\n\nkey"),
        ("a percent sign that is no escape", b"50% of p%40ss", b"50% of p%40ss"),
        ("the end of a colour", b"\x1b[0;31mkey\x1b[0m", b"       key    "),
        ("nothing", b"plain text", b"plain text"),
    ],
)
def test_what_a_detector_sees(note: str, text: bytes, seen: bytes) -> None:
    assert readable(text) == seen, note
    assert len(seen) == len(text)


@pytest.mark.parametrize(
    "begun", [b"\\", b"\\u", b"\\u0", b"\\u00", b"\\u002", b"%", b"%0", b"\x1b", b"\x1b[", b"\x1b[0;31"]
)
def test_an_escape_that_has_only_begun_is_not_decided(begun: bytes) -> None:
    assert whole(b"text " + begun) == 5
    assert len(begun) < LONGEST


@pytest.mark.parametrize("text", [b"", b"text", b"\\n", b"%0A", b"\\x", b"100%!"])
def test_what_has_ended_is_decided(text: bytes) -> None:
    assert whole(text) == len(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12), st.integers(0, 60))
def test_what_is_whole_reads_the_same_whatever_follows(fragments: list[str], cut: int) -> None:
    text = "".join(fragments).encode()
    start = text[:cut]
    decided = whole(start)
    assert readable(text)[:decided] == readable(start)[:decided]
    assert len(readable(text)) == len(text)


TOKEN = "gh" + "p_" + "9aQ2bT7cXv4dEw1fRz8gYp6hUk3jIm5kOn0L"
CARD = "4111 1111 " + "1111 1111"
AROUND = ["\\n", "\\t", "\\r\\n", "\\u0022", "%0A", "\x1b[0;31m", "\\", "\\u00", "x", " ", "\\\\n", "é"]


@pytest.fixture(scope="module")
def everything() -> Compiled:
    return Compiled(builtin())


@pytest.mark.parametrize("escape", ["\\n", "\\t", "\\r\\n", "\\u0022", "\\u003d", "%0A", "%0d%0a", "\x1b[0m"])
@pytest.mark.parametrize("value", [TOKEN, CARD])
def test_a_value_behind_an_escape_is_found_whole(everything: Compiled, escape: str, value: str) -> None:
    before = f'{{"c":"x{escape}'
    found = everything.scan(f"{before}{value}{escape}y".encode())
    assert (len(before), len(before) + len(value)) in {(one.start, one.end) for one in found}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*AROUND, TOKEN, CARD, TOKEN[:9], TOKEN[9:]]), max_size=8), st.data())
def test_any_cut_finds_the_same(everything: Compiled, parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    stream = everything.stream()
    found = [
        match
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
        for match in stream.feed(text[start:end]).matches
    ]
    assert sorted([*found, *stream.flush().matches]) == list(everything.scan(text))


def test_a_policys_own_expression_sees_the_text_as_it_is() -> None:
    own = Compiled([Detector("rule/p/x", "X", r"foo\\nbar")])
    assert [(one.start, one.end) for one in own.scan(b"a foo\\nbar b")] == [(2, 10)]
