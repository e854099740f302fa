"""Only the named strings of a document change."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.mask.splice import escaped, spliced

DOCUMENT = b'{ "model":"m",\n\t"n": 1.50, "a" : ["x\\"y", {"k":"\\u0041\\\\"} , "" ,null ], "z":"\xc3\xa9" }'
# strings in order:  0 model 1 m     2 n         3 a   4 x"y      5 k  6 A\         7 ""        8 z 9 é


@pytest.mark.parametrize(
    ("changes", "expected", "note"),
    [
        ({}, DOCUMENT, "nothing"),
        ({1: "other"}, DOCUMENT.replace(b'"m"', b'"other"'), "a plain value"),
        ({4: "q"}, DOCUMENT.replace(b'"x\\"y"', b'"q"'), "a value with an escaped quote"),
        ({6: "B"}, DOCUMENT.replace(b'"\\u0041\\\\"', b'"B"'), "a value that ends with an escaped backslash"),
        ({7: '"'}, DOCUMENT.replace(b'""', b'"\\""'), "an empty value"),
        ({9: "ü"}, DOCUMENT.replace(b"\xc3\xa9", b"\xc3\xbc"), "beyond ASCII"),
        ({1: "1", 9: "9"}, DOCUMENT.replace(b'"m"', b'"1"').replace(b'"\xc3\xa9"', b'"9"'), "two of them"),
    ],
)
def test_spliced(changes: dict[int, str], expected: bytes, note: str) -> None:
    assert spliced(DOCUMENT, changes) == expected, note


def test_no_change_is_the_same_object() -> None:
    assert spliced(DOCUMENT, {}) is DOCUMENT


@pytest.mark.parametrize(
    ("changes", "message", "note"),
    [
        ({0: "x"}, "string 0 is a key", "a key"),
        ({3: "x"}, "string 3 is a key", "a key with a space before its colon"),
        ({1: "x", 10: "y"}, "1 of the strings to change are not in this document", "beyond the last"),
        ({-1: "x"}, "1 of the strings", "before the first"),
    ],
)
def test_what_cannot_be_changed(changes: dict[int, str], message: str, note: str) -> None:
    with pytest.raises(ValueError, match=message):
        spliced(DOCUMENT, changes)


@pytest.mark.parametrize(
    ("value", "as_json", "note"),
    [
        ("</script><!--", b'"</script><!--"', "JSON needs no escape here"),
        ("a\u2028b\u2029c\u0085d", b'"a\\u2028b\\u2029c\\u0085d"', "what some readers take for the end of a line"),
        ('\x00\x1f\n\t\\"', b'"\\u0000\\u001f\\n\\t\\\\\\""', "control characters"),
        ("🎈", '"🎈"'.encode(), "beyond the first plane"),
        ("\ud83d", b'"\\ud83d"', "half a pair"),
        ("é\udc00", b'"\\u00e9\\udc00"', "half a pair among others"),
    ],
)
def test_escaped(value: str, as_json: bytes, note: str) -> None:
    assert escaped(value) == as_json, note
    assert json.loads(as_json) == value


@given(st.text(st.characters(codec=None, exclude_categories=[])))
@settings(max_examples=200)
def test_any_string_can_be_put_in(value: str) -> None:
    as_json = escaped(value)
    as_json.decode("utf-8")
    assert b"\n" not in as_json
    assert json.loads(as_json) == json.loads(json.dumps(value))


strings = st.text(st.sampled_from('ab"\\/\n:,{}[]\u2028é🎈 '), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=12,
)
layouts = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def numbered(value: object, found: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Every string of a document in order: whether it is a key, and the string."""
    if isinstance(value, str):
        found.append((False, value))
    elif isinstance(value, list):
        for one in value:
            numbered(one, found)
    elif isinstance(value, dict):
        for key, one in value.items():
            found.append((True, key))
            numbered(one, found)
    return found


@given(documents, layouts, st.data())
@settings(max_examples=200)
def test_everything_else_stays(document: object, layout: dict, data: st.DataObject) -> None:
    raw = json.dumps(document, **layout).encode()
    before = numbered(document, [])
    values = [ordinal for ordinal, (key, _) in enumerate(before) if not key]
    changes = {o: data.draw(strings) for o in data.draw(st.sets(st.sampled_from(values)))} if values else {}
    after = spliced(raw, changes)
    assert numbered(json.loads(after), []) == [
        (key, changes.get(ordinal, value)) for ordinal, (key, value) in enumerate(before)
    ]
    # Put the old values back, written as they were, and the bytes are the old bytes.
    back = spliced(after, {ordinal: before[ordinal][1] for ordinal in changes})
    assert back == spliced(raw, {ordinal: before[ordinal][1] for ordinal in changes})
