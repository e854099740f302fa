"""An explanation comes to what the judge decided, and says why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.action import Action
from sidecar.core.policy.book import Book
from sidecar.core.policy.explain import Explanation, Witness, concluded, explain, overheard
from sidecar.core.policy.facts import Found
from tests.unit.core.policy.samples import (
    CALLER,
    CLAUDE,
    FACTS,
    FOUND,
    book_with,
    compiled,
    found,
    founds,
    judge_of,
    policies,
    ruleset_of,
)


def explained(book: Book, *places: Found) -> Explanation:
    return explain(ruleset_of(book), CALLER, CLAUDE, FACTS, places)


@settings(max_examples=150, deadline=None)
@given(policies(), policies("q"), st.lists(founds, max_size=4))
def test_explain_is_decide(one: dict[str, object], other: dict[str, object], places: list[Found]) -> None:
    book = compiled([one, other])
    assert explained(book, *places).verdict == concluded(judge_of(book), places)


@pytest.mark.parametrize(
    ("rules", "because", "note"),
    [
        ((), "no rule had anything to say", "nothing"),
        (("id: a, detect: pii/*, do: deny",), "no rule had anything to say", "nothing found"),
        (("id: a, detect: '*', do: deny",), "no other rule in force had anything to say", "one"),
        (
            ("id: a, detect: '*', do: mask", "id: b, if: 'true', do: deny"),
            "deny is stricter than mask (p/a)",
            "two of different strictness",
        ),
        (
            ("id: a, if: 'true', do: deny", "id: b, detect: '*', do: deny"),
            "p/a says deny too; of equals the last by name is named",
            "two of the same",
        ),
        (
            ("id: a, detect: '*', do: mask", "id: b, if: 'true', do: deny, stage: shadow"),
            "no other rule in force had anything to say",
            "shadow is not in force",
        ),
    ],
)
def test_why(rules: tuple[str, ...], because: str, note: str) -> None:
    assert explained(book_with(*rules), FOUND).because == because, note


def test_every_rule_has_a_line() -> None:
    book = book_with(
        "id: a, detect: secret/*, do: mask",
        "id: b, detect: secret/*, where: [response], do: mask",
        "id: c, if: 'false', do: deny",
        "id: d, match: {media: 'video/*'}, do: deny",
        head="limits: {max_tokens: 3}",
    )
    explanation = explained(book, FOUND)
    lines = {line.rule.id: (line.idle, len(line.found), line.acts) for line in explanation.lines}
    assert lines == {
        "a": (None, 1, True),
        "b": (None, 0, False),
        "c": ("its `if` is false", 0, False),
        "d": ("the request carries no media it names", 0, False),
    }
    assert [(shadow, verdict.rule) for shadow, verdict in explanation.limits] == [(False, "limits.max_tokens")]


def test_a_mask_in_a_key_is_a_denial() -> None:
    book = book_with("id: a, detect: '*', do: mask")
    assert explained(book, found(key=True)).verdict.action is Action.DENY


def test_a_witness_changes_nothing() -> None:
    book, witness = book_with("id: a, detect: '*', do: mask"), Witness()
    heard = overheard(book, witness)
    judge = ruleset_of(heard).judge(CALLER, CLAUDE, FACTS)
    assert judge.treat(FOUND) == judge_of(book).treat(FOUND)
    assert judge.treat(FOUND) is not None
    assert (witness.facts, witness.founds) == (FACTS, [FOUND])
    assert witness.ruleset == ruleset_of(book)
    assert heard.digest == book.digest
