"""What the keys about results of tools must be together."""

import pytest

from sidecar.core.errors import ConfigurationError
from tests.unit.core.policy.samples import book_with
from tests.unit.core.policy.test_agreement import said


@pytest.mark.parametrize(
    ("rule", "expected", "note"),
    [
        ("id: a, mask: {fields: [ssn, '*.card.number']}", [], "as short as it gets"),
        ("id: a, mask: {fields: ssn}, do: mask, how: token, label: X, where: [tool_result, prompt]", [], "all of it"),
        ("id: a, mask: {fields: ssn}, match: {tool: Bash, path: '*.text'}", [], "narrowed"),
        ("id: a, mask: {fields: ssn}, how: token, returns_to: [crm]", [], "to another server"),
        ("id: a, mask: {fields: ssn}, returns_to: crm", ["rules.0.returns_to: has a meaning only with"], "redacted"),
        ("id: a, mask: {fields: ssn}, do: deny", ["rules.0.mask: means `do: mask`"], "another action"),
        ("id: a, mask: {fields: ssn}, where: [tool_call]", ["rules.0.where: fields are looked for"], "another place"),
        ("id: a, mask: {fields: ssn}, where: response", [], "what plain HTTP answers"),
        ("id: a, mask: {fields: ssn}, where: thinking", ["rules.0.where: fields are looked for"], "what streams"),
        ("id: a, mask: {fields: ssn}, detect: pii/*", ["rules.0.match: detect and mask cannot"], "two sources"),
        ("id: a, mask: {fields: ssn}, effect: writes", ["rules.0.mask: cannot"], "a call"),
        ("id: a, where: [tool_result], detect: pii/*, do: deny, deny: {as: result}", [], "a result refused"),
        ("id: a, detect: pii/*, do: deny, deny: {as: result}", ["rules.0.deny.as: is only for"], "other places too"),
        ("id: a, effect: writes, after: [reads_secret], do: deny", [], "a sequence"),
        ("id: a, where: [tool_call], match: {tool: Bash}, after: reads_secret, do: hold", [], "of a tool"),
        ("id: a, detect: pii/*, after: reads_secret, do: deny", ["rules.0.after: narrows a rule"], "of words"),
    ],
)
def test_each(rule: str, expected: list[str], note: str) -> None:
    found = said(rule)
    assert len(found) == len(expected), (note, found)
    for start in expected:
        assert any(line.startswith(f"2: {start}") for line in found), (note, start, found)


@pytest.mark.parametrize(
    ("rule", "expected", "note"),
    [
        ("id: a, mask: {fields: []}", ["rules.0.mask.fields: expected at least one"], "none"),
        ("id: a, mask: {fields: ['*']}", ["rules.0.mask.fields.0: expected the name of a field"], "every field"),
        ("id: a, mask: {fields: ['a..b']}", ["rules.0.mask.fields.0: expected the name of a field"], "no step"),
        (
            "id: a, mask: {field: ssn}",
            ["rules.0.mask.fields: is required", "rules.0.mask.field: unknown key"],
            "a slip",
        ),
        ("id: a, mask: ssn", ["rules.0.mask: expected a mapping"], "no mapping"),
    ],
)
def test_its_shape(rule: str, expected: list[str], note: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        book_with(rule)
    told = sorted(mistake.message for mistake in raised.value.mistakes)
    assert len(told) == len(expected), (note, told)
    for start in expected:
        assert any(line.startswith(start) for line in told), (note, start, told)


def test_compiled() -> None:
    book = book_with("id: a, mask: {fields: [ssn, '*.card.number']}", "id: b, mask: {fields: ssn}, where: prompt")
    assert [one.id for one in book.fields] == ["field/*.card.number", "field/ssn"]
    first, second = book.policies[0].rules
    assert first.detectors == {"field/ssn", "field/*.card.number"}
    assert (set(first.where), set(second.where)) == ({"tool_result", "response"}, {"prompt"})
    assert first.how == "redact"
