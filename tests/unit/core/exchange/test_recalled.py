"""Parts put together again, and what is told of those that are gone."""

import pytest

from sidecar.core.exchange.recalled import named, recalled

PARTS = {"a": b'{"role":"user"}', "b": b'"x"', "g": b'[{"part":"a"},{"part":"gone"}]', "s": b"7"}
CASES = (
    ("a field", {"system": {"part": "b"}}, {"system": "x"}),
    ("a list", {"messages": [{"part": "a"}, {"part": "b"}]}, {"messages": [{"role": "user"}, "x"]}),
    (
        "a run",
        {"messages": [{"parts": "g"}, {"part": "b"}]},
        {"messages": [{"role": "user"}, {"missing": "gone"}, "x"]},
    ),
    ("gone", {"metadata": {"part": "gone"}}, {"metadata": {"missing": "gone"}}),
    ("a run that is gone", {"messages": [{"parts": "gone"}]}, {"messages": [{"missing": "gone"}]}),
    ("a run that is none", {"messages": [{"parts": "s"}]}, {"messages": [7]}),
    ("scalars", {"model": "m", "stream": True, "n": None}, {"model": "m", "stream": True, "n": None}),
    ("no outline", 3, 3),
)


@pytest.mark.parametrize(("note", "outline", "whole"), CASES, ids=[note for note, *_ in CASES])
def test_recalled(note: str, outline: object, whole: object) -> None:
    assert recalled(outline, PARTS) == whole


def test_every_reference_is_named() -> None:
    outline = {"messages": [{"parts": "g"}, {"part": "b"}], "metadata": {"part": "a"}, "model": "m", "n": [1]}
    assert list(named(outline)) == [("parts", "g"), ("part", "b"), ("part", "a")]
    assert list(named("x")) == []
