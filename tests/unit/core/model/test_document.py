"""YAML that a person wrote: values, lines, and every mistake at once."""

from contextlib import suppress

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.model import document
from sidecar.core.model.document import LARGE, MAX_DEPTH, read_yaml, validated

TEXT = """\
name: gate
ports:
  - 1
  - two: 2
    three: [x,
      y]
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        read_yaml(text, "f.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


def test_every_value_has_its_line() -> None:
    document = read_yaml(TEXT, "f.yaml")
    assert document.value == {"name": "gate", "ports": [1, {"two": 2, "three": ["x", "y"]}]}
    lines = {("name",): 1, ("ports",): 2, ("ports", 0): 3, ("ports", 1, "three"): 5, ("ports", 1, "three", 1): 6}
    assert {path: document.line(path) for path in lines} == lines


def test_what_is_not_there_has_the_line_of_what_contains_it() -> None:
    document = read_yaml(TEXT, "f.yaml")
    assert document.line(("ports", 1, "four", "deep")) == 4
    assert document.mistake(("nope",), "is required") == Mistake("f.yaml", 1, "is required")


@pytest.mark.parametrize(
    ("note", "text", "said"),
    [
        ("alias", "a: &x 1\nb: *x\n", "f.yaml:2: aliases are not allowed"),
        ("duplicate key", "a: 1\nb: 2\na: 3\n", "f.yaml:3: duplicate key 'a': it already stands on line 1"),
        ("tag that runs code", "a: !!python/object/apply:os.system [x]\n", "f.yaml:1:"),
        ("own tag", "a: 1\nb: !mine 2\n", "f.yaml:2: "),
        ("unclosed", "a: [1,\nb: 2\n", ": not valid YAML"),
        ("a key that is no text", "? [1]\n: 2\n", "f.yaml:1: a key must be plain text"),
        ("a date that is none", "a: 2020-99-99\n", "f.yaml:1: cannot read"),
        ("control character", "a: \x00\n", "f.yaml: not valid YAML"),
        ("too deep", "a: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), f"deeper than {MAX_DEPTH} levels"),
        ("far too deep", "[" * 20_000 + "]" * 20_000, f"deeper than {MAX_DEPTH} levels"),
    ],
)
def test_what_is_refused(note: str, text: str, said: str) -> None:
    assert any(said in one for one in mistakes(text)), (note, mistakes(text))


def test_all_mistakes_at_once() -> None:
    assert len(mistakes("a: 1\na: 2\nb: 1\nb: 2\nc: !mine 3\n")) == 3


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!?|>'\"#,\n 1\t\u00e9\u2028"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ConfigurationError):
        read_yaml(text, "f.yaml")


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    ports: list[int]


def test_a_shape_that_does_not_fit_names_each_place() -> None:
    document = read_yaml("nam: x\nports:\n  - 1\n  - many\n", "f.yaml")
    with pytest.raises(ConfigurationError) as refused:
        validated(document, Shape)
    said = [str(mistake) for mistake in refused.value.mistakes]
    assert [one.split(":")[1] for one in said] == ["1", "1", "4"]
    assert any("nam" in one and "unknown" in one for one in said)


def test_a_shape_that_fits() -> None:
    assert validated(read_yaml("name: x\nports: [1]\n", "f.yaml"), Shape) == Shape(name="x", ports=[1])


WRITTEN = "rules:\n" + "".join(
    f"  - {{id: r{index}, on: 2026-01-01, at: [1, 2.5, ~, 'x: y']}}\n" for index in range(50)
)


def test_both_parsers_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast one, and the one that is there where libyaml is not."""
    texts = (
        TEXT,
        WRITTEN,
        "- |\n  two\n  lines\n- >-\n  and\n  more\n- 'it''s'\n- \"\\u00e9\"\n- [a, {b: c}]\n# end\n",
    )
    fast = [read_yaml(text, "f") for text in texts]
    monkeypatch.setattr(document, "FAST", yaml.SafeLoader)
    assert [read_yaml(text, "f") for text in texts] == fast


def test_a_large_file_is_read_alike_and_as_strictly() -> None:
    """Nobody reads it a second time for better words: what is not allowed is still not."""
    assert read_yaml(WRITTEN + "#" * LARGE + "\n", "f") == read_yaml(WRITTEN, "f")
    for bad, said in (("a: &x 1\nb: *x\n", "aliases"), ("a: 1\na: 2\n", "duplicate key"), ("a: [\n", "not valid YAML")):
        with pytest.raises(ConfigurationError, match=said):
            read_yaml("#" * LARGE + "\n" + bad, "f")


def test_what_is_wrong_is_said_as_well_as_it_can_be() -> None:
    """In the words of the parser in Python, which names what it met."""
    assert "expected ',' or ']', but got" in mistakes("a: [1,\nb: 2\n")[0]
