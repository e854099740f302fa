"""What stands in escapes is read, and known where it stands."""

import json
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.escapes import LAYERS, MOST, TooMany, layers

READ = (
    ("a%41b", ["aAb"]),
    ("%2541", ["%41", "A"]),
    ("%252541", ["%2541", "%41", "A"]),
    ("%25252541", ["%252541", "%2541", "%41"]),
    ("\\u0041\\ud83d\\ude00", ["A😀"]),
    ("&#65;&#x42;&amp;#67;", ["AB&#67;", "ABC"]),
    ("%5Cu0041", ["\\u0041", "A"]),
    ("%C3%BC", ["ü"]),
    ("%E9", ["é"]),
    ("100% sure & so on \\n %zz &foo;", []),
    ("&lt", []),
    ("", []),
)


@pytest.mark.parametrize(("text", "read"), READ)
def test_every_layer_is_read(text: str, read: list[str]) -> None:
    assert [one.text for one in layers(text)] == read


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _units(text: str) -> str:
    return "".join(json.dumps(one)[1:-1] if ord(one) > 127 else f"\\u{ord(one):04x}" for one in text)


def _references(text: str) -> str:
    return "".join(f"&#{ord(one)};" for one in text)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="%\\&"), max_size=12)
WAYS = st.lists(st.sampled_from((_percent, _units, _references, quote, escape)), min_size=1, max_size=LAYERS)


@settings(max_examples=150)
@given(WORDS, WORDS, WORDS, WAYS)
def test_a_part_is_known_where_it_stands(before: str, middle: str, after: str, ways: list[object]) -> None:
    written = middle
    for way in ways:
        written = way(written)  # type: ignore[operator]
    whole = before + written + after
    for layer in layers(whole):
        start = len(before.encode())
        end = len(layer.text.encode()) - len(after.encode())
        assert layer.below(start, end) == (start, len(whole.encode()) - len(after.encode()))


@pytest.mark.parametrize("part", ["%41", "%41x", "\\u0041", "&#65;"])
def test_nobody_reads_a_text_of_too_many(part: str) -> None:
    with pytest.raises(TooMany):
        list(layers(part * (MOST + 1)))
