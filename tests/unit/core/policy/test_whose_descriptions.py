"""Of several policies, whose descriptions of programs count."""

import pytest

from tests.unit.core.policy.samples import book_of, ruleset_of


def _describing(effect: str, more: str = "") -> str:
    return f"understand: {{programs: {{acmectl: {effect}}}}}\n{more}"


@pytest.mark.parametrize(
    ("heads", "effects", "note"),
    [
        ([_describing("reads")], {"reads"}, "its own"),
        ([_describing("reads"), ""], {"reads"}, "it counts for the other one too"),
        ([_describing("reads"), _describing("spends")], {"reads", "spends"}, "both count"),
        ([_describing("reads"), _describing("spends", "stage: shadow")], {"reads"}, "one in shadow changes nothing"),
        ([_describing("spends", "stage: shadow"), ""], set(), "nor beside one that describes nothing"),
        ([_describing("spends", "stage: shadow")], {"spends"}, "where none is in force it is heard"),
    ],
)
def test_whose_descriptions_count(heads: list[str], effects: set[str], note: str) -> None:
    found = ruleset_of(book_of(*(f"policy: p{at}\n{head}" for at, head in enumerate(heads)))).described
    said = {effect.value for each in found for one in each.programs["acmectl"] for effect in one.effects}
    assert said == effects, note
