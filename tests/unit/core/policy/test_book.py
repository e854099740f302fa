"""Files to a book: what is scanned for, whom it is for, all mistakes at once, and a digest of what is said."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.policy.book import PolicySource, compile_book, read_policy
from tests.unit.core.policy.samples import CATALOGUE, CLAUDE, book_of, book_with, compiled, policies

CASES = Path(__file__).parents[3] / "cases" / "policy"


def mistakes_in(*texts: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        book_of(*texts)
    return [str(mistake) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(
    ("rules", "expected", "note"),
    [
        (("id: a, detect: pii/*, do: mask",), ["pii/email", "pii/card"], "what a glob names, in catalogue order"),
        (("id: a, if: 'true', do: deny",), [], "a rule about the call needs no scan"),
        (("id: a, match: {regex: ab+}, do: deny",), ["rule/p/a"], "a rule brings its own detector"),
        (
            ("id: b, match: {keywords: [x]}, do: deny", "id: a, detect: secret/jwt, do: mask, stage: shadow"),
            ["secret/jwt", "rule/p/b"],
            "a rule in shadow is scanned for as well",
        ),
    ],
)
def test_what_must_be_scanned_for(rules: tuple[str, ...], expected: list[str], note: str) -> None:
    assert [detector.id for detector in book_with(*rules).detectors] == expected, note


def test_the_name_of_a_rule_is_not_in_what_the_model_reads() -> None:
    (detector,) = book_with("id: project-zephyr, match: {keywords: [zephyr]}, do: mask").detectors
    assert "ZEPHYR" not in detector.label.upper()


@pytest.mark.parametrize(
    ("applies", "caller", "connection", "fits", "note"),
    [
        ("{}", Caller("ada", "x"), CLAUDE, True, "nothing named = everyone"),
        ("{groups: eng}", Caller("ada", "x", ("ops", "eng")), CLAUDE, True, "one group is enough"),
        ("{groups: eng}", Caller("ada", "x", ("engineering",)), CLAUDE, False, "a name is a whole name"),
        ("{groups: 'eng*'}", Caller("ada", "x", ("engineering",)), CLAUDE, True, "unless there is a star"),
        ("{groups: eng}", Caller("ada", "x"), CLAUDE, False, "no groups at all"),
        ("{groups: eng}", Caller("ada", "x", ("ENG",)), CLAUDE, False, "another case is another group"),
        ("{connections: [tickets]}", Caller("ada", "x"), CLAUDE, False, "another connection"),
        ("{connections: [tickets]}", Caller("ada", "x"), Connection("tickets", Kind.MCP, ""), True, "this connection"),
        (
            "{groups: eng, subjects: bob}",
            Caller("ada", "x", ("eng",)),
            CLAUDE,
            False,
            "each key that is named must fit",
        ),
        ("{subjects: 'svc-*'}", Caller("svc-\n1", "x"), CLAUDE, True, "a star is any character"),
    ],
)
def test_whom_a_policy_is_for(applies: str, caller: Caller, connection: Connection, fits: bool, note: str) -> None:
    book = book_of(f"policy: p\napplies: {applies}\n")
    assert (book.for_caller(caller, connection) is not None) is fits, note


def test_every_policy_that_applies_counts() -> None:
    book = book_of("policy: b", "policy: a", "{policy: c, applies: {groups: nobody}}")
    ruleset = book.for_caller(Caller("ada", "x"), CLAUDE)
    assert ruleset is not None
    assert [policy.name for policy in ruleset.policies] == ["a", "b"]


def test_no_policies_is_nobody() -> None:
    assert book_of().for_caller(Caller("ada", "x"), CLAUDE) is None


@pytest.mark.parametrize("name", ["ten-mistakes", "more-mistakes"])
def test_every_mistake_has_its_line(name: str) -> None:
    """The `.txt` beside the policy holds what must be said, line by line."""
    text = (CASES / f"{name}.yaml").read_text()
    with pytest.raises(ConfigurationError) as raised:
        compile_book([PolicySource("policy.yaml", text)], CATALOGUE)
    assert str(raised.value).splitlines() == (CASES / f"{name}.txt").read_text().splitlines()


def test_ten_mistakes_are_ten_lines() -> None:
    assert len((CASES / "ten-mistakes.txt").read_text().splitlines()) == 10


def test_a_file_that_is_no_yaml_hides_no_other() -> None:
    said = mistakes_in("policy: [", "policy: p\nstage: on", "policy: p\nrulse: []")
    assert [line.partition(": ")[0] for line in said] == ["p0.yaml:1", "p1.yaml:2", "p2.yaml:1", "p2.yaml:2"]
    assert "'p' is already in p1.yaml" in said[2]


def test_tests_are_no_part_of_what_a_policy_says() -> None:
    plain = "policy: p\nrules: [{id: a, detect: pii/*, do: mask}, {id: b, detect: secret/*, do: mask}]"
    other = (
        "# a comment\nrules: [{id: b, detect: [secret/*], do: mask}, {id: a, do: mask, detect: pii/*}]\n"
        "policy: p\ndescription: what for\ntests: [{note: n, prompt: hi, expect: {verdict: allow}}]"
    )
    assert book_of(plain).digest == book_of(other).digest
    assert book_of(plain).digest != book_of(plain.replace("pii/*", "pii/card")).digest
    assert book_of("policy: a", "policy: b").digest == book_of("policy: b", "policy: a").digest


def test_one_policy_alone() -> None:
    assert read_policy(PolicySource("f", "policy: p"), CATALOGUE).policy == "p"


@settings(max_examples=100, deadline=None)
@given(st.lists(policies("p"), min_size=1, max_size=1), st.randoms())
def test_the_digest_does_not_depend_on_order(written: list[dict[str, object]], shuffle: random.Random) -> None:
    before = compiled(written).digest
    shuffle.shuffle(written[0]["rules"])  # type: ignore[arg-type]
    assert compiled(written).digest == before


def outcome(text: str) -> tuple[int, int]:
    """How many policies, or how many mistakes. Anything else that is raised is a bug."""
    try:
        return len(book_of(text).policies), 0
    except ConfigurationError as error:
        return 0, len([mistake for mistake in error.mistakes if mistake.message])


FRAGMENTS = st.sampled_from(
    [
        *("policy: p\n", "rules:\n", "  - {id: a, do: deny, if: 'true'}\n", "  - ", "id: a\n", "\n    do: deny\n"),
        *("    if: ", "limits: ", "stage: shadow\n", "detect: pii/*\n", "match: {regex: '(a'}\n", "request.model"),
        *(
            "words: {a: b}\n",
            "tests: [{note: 1}]\n",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            "&a ",
            "*a",
            "? ",
            ": ",
            "|\n",
            "\t",
        ),
        *("!!python/object:os.system ", "!!binary aa", "2020-01-01", ".nan", "0x1f", "1_000", "~", "--- ", "<<: ", "="),
        *("%YAML 1.1\n", "\x00", "\ufeff", "é", "12:30:45"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=12).map("".join)))
def test_any_text_is_compiled_or_a_configuration_error(text: str) -> None:
    assert sum(outcome(text)) > 0


TOP = ["policy", "rules", "limits", "applies", "stage", "paths", "words", "tests"]
KEYS = [
    "id",
    "do",
    "how",
    "where",
    "detect",
    "match",
    "if",
    "models",
    "groups",
    "say",
    "deny",
    "as",
    "regex",
    "keywords",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(TOP), JSON, max_size=5))
def test_any_shape_is_compiled_or_a_configuration_error(shape: dict[str, object]) -> None:
    assert sum(outcome(json.dumps({"policy": "p", **shape}))) > 0
