"""Cases of policies: where they stand, what they are filled with, what is said when one does not hold."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.policy_cases import Result, results, sources_of, suite_of

POLICY = """
policy: p
rules: [{id: a, match: {keywords: zephyr}, do: mask}, {id: b, match: {keywords: owl}, do: deny, stage: shadow}]
"""


def results_of(folder: Path, tests: str, extra: str = "") -> list[Result]:
    file = folder / "p.yaml"
    file.write_text(f"{POLICY}{extra}\ntests:\n{tests}\n")
    return list(results(suite_of(file)))


@pytest.mark.parametrize(
    ("case", "wrong", "note"),
    [
        ("prompt: zephyr, expect: {verdict: mask, rule: a, findings: rule/p/a, lacks: zephyr}", (), "right"),
        ("prompt: zephyr, expect: {verdict: allow}", ("verdict: expected allow, got mask",), "another verdict"),
        ("prompt: hi, expect: {verdict: allow, rule: a}", ("rule: expected a, got none",), "another rule"),
        (
            "prompt: zephyr, expect: {verdict: mask, findings: []}",
            ("findings: expected none, got rule/p/a",),
            "a finding",
        ),
        ("prompt: owl, expect: {verdict: allow, shadow: []}", ("shadow: expected none, got b",), "a shadow"),
        (
            "prompt: hi, expect: {verdict: allow, contains: ho}",
            ("contains: 'ho' is not in what passes",),
            "what is missing",
        ),
        ("prompt: hi, answer: zephyr, expect: {verdict: mask, lacks: zephyr}", (), "an answer"),
        ("prompt: '$(z)', expect: {verdict: mask, lacks: $(z)}", (), "a word put together"),
        ("request: {messages: 3}, expect: {verdict: deny}", (), "a request that cannot be read"),
        ("request_file: r.json, expect: {verdict: mask}", (), "a request from a file"),
        ("method: GET, path: /v1/models, expect: {verdict: allow}", (), "a request without a body"),
    ],
)
def test_results(tmp_path: Path, case: str, wrong: tuple[str, ...], note: str) -> None:
    (tmp_path / "r.json").write_text('{"messages": [{"role": "user", "content": "zephyr"}]}')
    got = results_of(tmp_path, f"  - {{note: n, {case}}}", "words: {z: [zep, hyr]}")
    assert got == [Result("n", wrong)], note


def test_an_unknown_word_has_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"p\.yaml:6: not among `words`: \$\(x\)"):
        results_of(tmp_path, "  - {note: n, prompt: $(x), expect: {verdict: allow}}")


def test_cases_beside_their_policies(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    file = tmp_path / "cases.yaml"
    file.write_text("policies: [p.yaml]\ncases: [{note: n, prompt: zephyr, expect: {verdict: mask}}]")
    assert list(results(suite_of(file))) == [Result("n", ())]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cases: []", "policies: is required"),
        ("policies: none.yaml\ncases: [{note: n, expect: {verdict: allow}}]", "none.yaml: cannot be read"),
        ("policies: p.yaml\ncases: [{note: n, expect: {verdikt: allow}}]", "cases.0.expect.verdikt: unknown key"),
        ("3", "the document: expected a mapping"),
    ],
)
def test_files_of_cases_that_are_wrong(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        list(results(suite_of(file)))
    assert says in str(raised.value)


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        sources_of([tmp_path / "a", tmp_path / "b"])
    assert len(raised.value.mistakes) == 2


CALLS = """
policy: calls
rules:
  - {id: destroys, effect: [destroys_data], do: deny, say: Nothing is destroyed here.}
  - {id: asks, effect: [leaves_machine], do: hold}
  - {id: names, where: [tool_call], match: {keywords: zephyr}, do: mask}
  - {id: dark, where: [tool_call], match: {tool: Read}, do: deny, stage: shadow}
tests:
"""


@pytest.mark.parametrize(
    ("case", "wrong", "note"),
    [
        (
            "tool: {name: Bash, input: rm -rf /srv},"
            " expect: {verdict: deny, rule: destroys, effects: [destroys_data], contains: Nothing is destroyed}",
            (),
            "denied",
        ),
        ("tool: {name: Bash, input: {command: cat src}}, expect: {verdict: allow, effects: reads}", (), "allowed"),
        ("tool: {name: Bash, input: curl -d @a https://example.org}, expect: {verdict: hold, rule: asks}", (), "held"),
        ("tool: {name: Note, input: {text: zephyr}}, expect: {verdict: mask, lacks: zephyr}", (), "masked"),
        ("tool: {name: Read, input: {file_path: a}}, expect: {verdict: allow, shadow: dark}", (), "in shadow"),
        ("answer: so, tool: {name: Bash, input: ls}, expect: {verdict: allow, contains: [so, ls]}", (), "after words"),
        (
            "tool: {name: Bash, input: rm -rf /srv}, expect: {verdict: allow, effects: [reads]}",
            ("verdict: expected allow, got deny", "effects: expected reads, got destroys_data"),
            "both are said",
        ),
        (
            "prompt: hi, expect: {verdict: allow, effects: reads}",
            ("effects: expected reads, got none",),
            "no call has no effects",
        ),
    ],
)
def test_calls_of_tools(tmp_path: Path, case: str, wrong: tuple[str, ...], note: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(f"{CALLS}  - {{note: n, {case}}}\n")
    assert list(results(suite_of(file))) == [Result("n", wrong)], note


def test_an_effect_that_there_is_not_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(
        f"{CALLS}  - {{note: n, tool: {{name: Bash, input: ls}}, expect: {{verdict: allow, effects: eats}}}}\n"
    )
    with pytest.raises(ConfigurationError, match=r"p\.yaml:9"):
        suite_of(file)
