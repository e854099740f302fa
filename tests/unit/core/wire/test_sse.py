"""Event streams: whole, byte by byte, cut at random; and events rewritten."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.sse import SseEvent, SseReader, data_bytes, event_bytes, with_data

# What came, the (event, data) of each event, and the bytes that never became one.
STREAMS: list[tuple[str, bytes, list[tuple[str, str]], bytes]] = [
    ("line feeds", b"event: a\ndata: 1\n\ndata: 2\n\n", [("a", "1"), ("", "2")], b""),
    ("carriage returns", b"event: a\rdata: 1\r\rdata: 2\r\r", [("a", "1"), ("", "2")], b""),
    ("both", b"event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", [("a", "1"), ("", "2")], b""),
    ("mixed", b"event: a\rdata: 1\r\n\ndata: 2\n\r\n", [("a", "1"), ("", "2")], b""),
    ("the second of two blank lines is a block of nothing", b"data: 1\r\n\r\n\n", [("", "1"), ("", "")], b""),
    ("no space after the colon", b"event:a\ndata:1\n\n", [("a", "1")], b""),
    ("only the first space goes", b"data:  1 \n\n", [("", " 1 ")], b""),
    ("several data lines", b"data: {\ndata: }\n\n", [("", "{\n}")], b""),
    ("a field without a colon is empty", b"data\ndata\n\n", [("", "\n")], b""),
    ("the last name counts", b"event: a\nevent: b\ndata: 1\n\n", [("b", "1")], b""),
    ("comments and other fields", b": hi\nid: 7\nretry: 1\nfoo: bar\ndata: 1\n\n", [("", "1")], b""),
    ("a comment alone", b": ping\n\ndata: 1\n\n", [("", ""), ("", "1")], b""),
    ("byte order mark", b"\xef\xbb\xbfdata: 1\n\n", [("", ""), ("", "1")], b""),
    ("a byte order mark before a blank line", b"\xef\xbb\xbf\n\n", [("", "")] * 3, b""),
    ("a byte order mark later is part of a name", b"id: 1\n\n\xef\xbb\xbfdata: 2\n\n", [("", "")] * 2, b""),
    ("half a byte order mark", b"\xef\xbb", [], b"\xef\xbb"),
    ("U+2028 and U+0085 are text", "data: \u2028\u2029\x85\x0b\n\n".encode(), [("", "\u2028\u2029\x85\x0b")], b""),
    ("not UTF-8", b"data: \xff\n\n", [("", "\udcff")], b""),
    ("unfinished", b"data: 1\n\ndata: 2\n", [("", "1")], b"data: 2\n"),
    ("nothing", b"", [], b""),
]  # fmt: skip


def read(chunks: list[bytes]) -> tuple[list[SseEvent], bytes]:
    reader = SseReader()
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    events += reader.feed(b"", end=True)
    return events, reader.flush()


@pytest.mark.parametrize(("note", "stream", "expected", "rest"), STREAMS, ids=[row[0] for row in STREAMS])
def test_any_cut_gives_the_same_events(note, stream, expected, rest, cuts):
    whole, _ = read([stream])
    for chunks in cuts(stream):
        events, left = read(chunks)
        assert [(event.event, event.data) for event in events] == expected
        assert left == rest
        assert events == whole
        assert b"".join(event.raw for event in events) + left == stream


def test_an_event_leaves_with_its_last_byte():
    reader = SseReader()
    assert reader.feed(b"data: 1\n") == ()
    assert len(reader.feed(b"\n")) == 1


def test_a_carriage_return_waits_for_its_line_feed():
    reader = SseReader()
    assert reader.feed(b"data: 1\r\n\r") == ()
    assert reader.feed(b"\n")[0].raw == b"data: 1\r\n\r\n"


@pytest.mark.parametrize("chunk", [b"data: 12345\n\n", b"data: 12345"], ids=["whole", "unfinished"])
def test_too_large_an_event_kills_the_reader(chunk):
    reader = SseReader(limit=10)
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            reader.feed(chunk)
        assert (caught.value.status, caught.value.code) == (502, Code.API)


def test_a_large_event_in_small_chunks_costs_no_copy_of_all_for_each():
    """8 MB in 100-byte chunks: copied for each, that would be 330 GB."""
    reader = SseReader()
    reader.feed(b"data: ")
    for _ in range(80_000):
        reader.feed(b"x" * 100)
    (event,) = reader.feed(b"\n\n")
    assert len(event.data) == 8_000_000


def test_what_it_says_is_not_in_its_repr():
    assert "hidden" not in repr(read([b"data: hidden\n\n"])[0])


line_ends = st.sampled_from([b"\n", b"\r", b"\r\n"])
lines = st.sampled_from(
    [b"", b"data: x", b"data:", b"event: a", b": c", b"\xef\xbb\xbf", "data: \u2028é".encode(), b"\xff"]
)


@given(st.lists(st.tuples(lines, line_ends)), st.lists(st.integers(0, 200)))
@settings(max_examples=200)
def test_raw_is_the_input_and_lines_are_those_of_the_standard(parts, places):
    stream = b"".join(line + end for line, end in parts)
    places = sorted(min(place, len(stream)) for place in places)
    chunks = [stream[start:stop] for start, stop in zip([0, *places], [*places, len(stream)], strict=True)]
    events, rest = read(chunks)
    assert b"".join(event.raw for event in events) + rest == stream
    assert [(event.event, event.data) for event in events if event.data or event.event] == slowly(stream)


def slowly(stream: bytes) -> list[tuple[str, str]]:
    """The standard's own algorithm, line by line; events with neither name nor data left out."""
    text = stream.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found, name, data = [], "", []
    for line in text.split(b"\n")[:-1]:
        if not line:
            found.append((name, "\n".join(data)))
            name, data = "", []
        elif line.startswith(b"data:"):
            data.append(re.sub(rb"\Adata: ?", b"", line).decode(errors="surrogateescape"))
        elif line.startswith(b"event:"):
            name = re.sub(rb"\Aevent: ?", b"", line).decode()
    return [(name, data) for name, data in found if name or data]


REWRITES = [
    ("line feeds", b"event: a\ndata: 1\n\n", b"2", b"event: a\ndata: 2\n\n"),
    ("order and comments stay", b":\r\ndata: 1\r\nid: a\r\n\r\n", b"2", b":\r\ndata: 2\r\nid: a\r\n\r\n"),
    ("no space", b"data:1\r\r", b"2", b"data:2\r\r"),
    ("several data lines become one", b"data: {\nid: 7\ndata: }\n\n", b"{}", b"data: {}\nid: 7\n\n"),
    ("a line end in the data", b"data: 1\r\n\r\n", b"[1,\n2]", b"data: [1,\r\ndata: 2]\r\n\r\n"),
]  # fmt: skip


@pytest.mark.parametrize(("note", "raw", "data", "expected"), REWRITES, ids=[row[0] for row in REWRITES])
def test_other_data_in_the_same_event(note, raw, data, expected):
    (event,) = read([raw])[0]
    assert with_data(event, data) == expected
    (again,) = read([expected])[0]
    assert (again.event, data_bytes(again)) == (event.event, data)
    if b"\n" not in event.data.encode():
        assert with_data(event, data_bytes(event)) == raw


def test_an_event_without_data_cannot_be_given_any():
    with pytest.raises(ValueError, match="no data line"):
        with_data(read([b": c\n\n"])[0][0], b"1")


def test_an_event_of_our_own():
    (event,) = read([event_bytes("ping", b"{}")])[0]
    assert (event.event, event.data) == ("ping", "{}")
