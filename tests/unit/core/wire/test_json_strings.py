"""Counting strings: the same numbers as a regex over the bytes would count."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.json_strings import count, joined, ordinal_of, path_of, strings, texts_of

STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=25,
)


@given(json_values, st.booleans())
@settings(max_examples=150)
def test_ordinals_are_those_of_the_bytes(value, ascii_only):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=1).encode(errors="surrogatepass")
    expected = [json.loads(found.decode(errors="surrogatepass")) for found in STRING.findall(raw)]
    found = strings(value)
    assert [text.value for text in found] == expected
    assert [text.ordinal for text in found] == list(range(len(expected)))
    assert count(value) == len(expected)
    assert [text for text in found if text.value] == list(texts_of(value))


def test_a_part_of_a_document_counts_on():
    assert [text.ordinal for text in strings({"a": ["b"]}, start=5)] == [5, 6]


def test_keys_are_marked():
    assert [(text.value, text.key) for text in strings({"a": "b", "c": [{"d": 1}]})] == [
        ("a", True),
        ("b", False),
        ("c", True),
        ("d", True),
    ]


def test_depth_is_no_limit():
    value = leaf = ["x"]
    for _ in range(50_000):
        value = [value]
    assert [text.value for text in strings(value)] == leaf
    assert count(value) == 1
    assert path_of(value, 0) == "[0]" * 50_001


PATHS = [
    ("an object in a list", {"list": [{"content": "x"}]}, ["{0}", "list[0]{0}", "list[0].content"]),
    ("a string alone", "x", [""]),
    ("a list", ["x", ["y"], "z"], ["[0]", "[1][0]", "[2]"]),
    ("a key that could be a secret shows its place only", {"a@b.example": {"to": "x"}}, ["{0}", "{0}{0}", "{0}.to"]),
    ("numbers and null have no ordinal", {"n": 1, "list": [None, "x"]}, ["{0}", "{1}", "list[1]"]),
]  # fmt: skip


@pytest.mark.parametrize(("note", "value", "expected"), PATHS, ids=[row[0] for row in PATHS])
def test_paths(note, value, expected):
    assert [path_of(value, number) for number in range(len(expected))] == expected
    assert path_of(value, len(expected)) == ""


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("input", True), ("x-api-key", True), ("address2", True), ("camelCase", True), ("_", True),
        ("123-45-6789", False), ("a b", False), ("", False), ("k" * 34, False), ("AKIA" + "IOSFODNN7" + "EX", False),
    ],
)  # fmt: skip
def test_a_key_is_shown_if_it_looks_like_a_field_name(key, shown):
    assert joined("top", key, 3) == (f"top.{key}" if shown else "top{3}")


def test_the_ordinal_of_a_path():
    value = {"type": "x", "list": ["a", {"b": "c"}], "delta": {"type": "t", "text": "here"}}
    assert ordinal_of(value, ("delta", "text")) == 10
    assert strings(value)[10].value == "here"
    with pytest.raises(KeyError):
        ordinal_of(value, ("type", "no object"))
