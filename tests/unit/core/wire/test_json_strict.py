"""Strict JSON: a table of what is refused and where, and the standard library as oracle for the rest."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.json_strict import JsonLimits, parse
from sidecar.core.wire.json_strings import strings

REFUSED = [
    ("nothing", b"", "line 1 column 1"),
    ("no value", b"  \n ", "line 2 column 2"),
    ("trailing garbage", b'{"a":1} x', "Extra data at line 1 column 9"),
    ("two values", b"1 2", "Extra data"),
    ("trailing comma", b"[1,]", "line 1 column"),
    ("single quotes", b"{'a':1}", "line 1 column 2"),
    ("unclosed string", b'\n["abc', "line 2 column 2"),
    ("control character in a string", b'["a\tb"]', "control character at line 1 column 4"),
    ("bad escape", b'["\\x41"]', "line 1 column 3"),
    ("form feed is no white space", b"\x0c1", "line 1 column 1"),
    ("NaN", b'{"a": NaN}', "line 1 column 7"),
    ("Infinity", b"[1,\n-Infinity]", "line 2 column 1"),
    ("a string that says NaN is passed over", b'["NaN", NaN]', "line 1 column 9"),
    ("a float out of range", b"[1e999]", "line 1 column 2"),
    ("too many digits", b"[1, " + b"1" * 1001 + b"]", "more than 1000 digits at line 1 column 5"),
    ("too many digits after the point", b"[0." + b"1" * 1001 + b"]", "more than 1000 digits at line 1 column 2"),
    ("byte order mark", b"\xef\xbb\xbf{}", "byte order mark"),
    ("UTF-16", "{}".encode("utf-16"), "invalid UTF-8 at line 1 column 1"),
    ("invalid UTF-8", b'{"a":\n"\xff"}', "invalid UTF-8 at line 2 column 2"),
    ("a surrogate as UTF-8", b'["\xed\xa0\x80"]', "invalid UTF-8"),
    ("half a surrogate pair", b'{"messages":[{"content":"\\ud800"}]}', "half a surrogate pair at messages[0].content"),
    ("the other half", b'["\\uDC00"]', "half a surrogate pair at [0]"),
    ("the wrong way round", b'["\\udc00\\ud800"]', "half a surrogate pair"),
    ("half a pair in a key", b'{"a":{"\\ud800":1}}', "half a surrogate pair at a{0}"),
    ("duplicate key", b'{"a":1,"b":2,"a":3}', "twice in the same object at the top"),
    ("duplicate key, escaped", b'{"x":[{"a":1,"\\u0061":2}]}', "twice in the same object at x[0]"),
    ("201 levels", b"[" * 201 + b"]" * 201, "deeper than 200 levels"),
    ("201 levels of objects", b'{"a":' * 201 + b"1" + b"}" * 201, "deeper than 200 levels"),
    ("10,000 levels", b"[" * 10_000 + b"]" * 10_000, "deeper than 200 levels"),
    ("a million levels, unclosed", b"[" * 1_000_000, "deeper than 200 levels"),
]  # fmt: skip


@pytest.mark.parametrize(("note", "raw", "place"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_with_its_place(note, raw, place):
    with pytest.raises(Refused) as caught:
        parse(raw)
    assert (caught.value.status, caught.value.code) == (400, Code.INVALID_REQUEST)
    assert place in caught.value.message


READ = [
    ("200 levels", b"[" * 200 + b"]" * 200),
    ("many brackets, few levels", b"[" + b"[]," * 300 + b"[]]"),
    ("brackets in a string", b'["' + b"[" * 300 + b'"]'),
    ("a surrogate pair", b'["\\ud83d\\ude00"]'),
    ("an escaped backslash before u", b'["\\\\ud800"]'),
    ("the same key in two objects", b'[{"a":1},{"a":1}]'),
    ("white space", b" \r\n\t[ 1 , 2 ] \n"),
    ("a value alone", b'"x"'),
    ("a long number that may stay", b"[" + b"1" * 1000 + b"]"),
    ("a float", b"[1.5e-7]"),
]


@pytest.mark.parametrize(("note", "raw"), READ, ids=[row[0] for row in READ])
def test_read(note, raw):
    document = parse(raw)
    assert document.raw is raw
    assert document.value == json.loads(raw)


def test_size_is_told_apart():
    assert parse(b"[1]", JsonLimits(bytes=3)).value == [1]
    with pytest.raises(Refused) as caught:
        parse(b"[12]", JsonLimits(bytes=3))
    assert (caught.value.status, caught.value.code) == (413, Code.TOO_LARGE)


def test_a_refusal_and_a_document_show_no_value():
    word = "hid" + "den"
    assert word not in repr(parse(json.dumps({word: word}).encode()))
    for raw in (f'{{"{word}":1,"{word}":2}}', f'["{word}" {word}]', f'{{"{word}@x":"\\ud800"}}'):
        with pytest.raises(Refused) as caught:
            parse(raw.encode())
        assert word not in caught.value.message


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0123456789abdeEnNtrufals-+. \n', max_size=40).map(str.encode)
)
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(raw):
    with suppress(Refused):
        document = parse(raw)
        assert document.value == json.loads(raw)
        for text in strings(document.value):
            text.value.encode()


pairs = st.lists(st.tuples(st.text(max_size=3), st.integers()), max_size=5)


@given(pairs)
@settings(max_examples=100)
def test_an_object_is_read_exactly_if_its_keys_differ(items):
    raw = "{" + ",".join(f"{json.dumps(key)}:{number}" for key, number in items) + "}"
    if len(dict(items)) == len(items):
        assert parse(raw.encode()).value == dict(items)
    else:
        with pytest.raises(Refused):
            parse(raw.encode())


MANY = JsonLimits(values=10)


@pytest.mark.parametrize(
    "raw", [b"[" + b"0," * 10 + b"0]", b'{"a":[[0,0,0,0,0],[0,0,0,0,0,0]]}', b"[" + b"[],{}," * 6 + b"1]"]
)
def test_more_values_than_anybody_sends(raw: bytes) -> None:
    with pytest.raises(Refused, match="more than 10 values") as refused:
        parse(raw, MANY)
    assert refused.value.status == 413


@pytest.mark.parametrize("raw", [b"[" + b"0," * 9 + b"0]", b'["a,b,c,d,e,f,g,h,i,j,k,l,m"]'])
def test_as_many_as_may_be(raw: bytes) -> None:
    assert parse(raw, MANY).raw == raw
