"""What a policy says about programs and tools, checked and compiled."""

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.described import DescribedProgram, DescribedTool
from sidecar.core.model.effect import Effect
from sidecar.core.policy.book import Book, PolicySource, compile_book
from sidecar.core.policy.describing import Known

KNOWN = Known(lambda name: name == "rm", lambda tool: "Bash" if tool in ("Bash", "B*") else "")
TEXT = """policy: mine
understand:
  programs:
    acmectl: harmless
    "acmectl deploy *": [runs_code, leaves_machine]
    ./bin/Deploy: reads
    rm: spends
  tools:
    mcp__zen__*: harmless
"""


def book(text: str) -> Book:
    return compile_book([PolicySource("a.yaml", text)], (), KNOWN)


def test_what_becomes_of_it() -> None:
    (policy,) = book(TEXT).policies
    assert policy.described.programs["acmectl"] == (
        DescribedProgram("acmectl", (), frozenset(), "policy mine, line 4"),
        DescribedProgram(
            "acmectl", ("deploy",), frozenset({Effect.RUNS_CODE, Effect.LEAVES_MACHINE}), "policy mine, line 5"
        ),
    )
    assert [one.name for one in policy.described.programs["deploy"]] == ["./bin/Deploy"]
    assert policy.described.tools == (DescribedTool("mcp__zen__*", frozenset(), "policy mine, line 9"),)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ("programs: {rm: harmless}", "understand.programs.rm: rm is a program that is read by itself"),
        ("programs: {./rm: reads}", "understand.programs../rm: rm is a program"),
        ("programs: {rm: [reads, writes]}", "`reads and writes` adds nothing"),
        ("programs: {x: [harmless, reads]}", "`harmless` means no effect, and here stands reads as well"),
        ("programs: {x y: reads, x y *: writes}", "says the same words as 'x y' on line 3: keep one"),
        ("tools: {Bash: harmless}", "understand.tools.Bash: covers Bash"),
        ("tools: {B*: runs_code}", "covers Bash, whose calls are read by themselves"),
        ("programs: {x: destroys}", "did you mean 'destroys_data'?"),
        ("programs: {}\n  tool: {}", "understand.tool: "),
    ],
)
def test_mistakes_say_where_and_what(entries: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        book(f"policy: mine\nunderstand:\n  {entries}\n")
    assert any(said in str(one) for one in raised.value.mistakes), [str(one) for one in raised.value.mistakes]
    assert all(str(one).startswith(("a.yaml:3:", "a.yaml:4:")) for one in raised.value.mistakes)


def test_a_mistake_elsewhere_hides_none_here() -> None:
    with pytest.raises(ConfigurationError) as raised:
        book("policy: mine\nstage: never\nunderstand: {programs: {rm: harmless}}\n")
    assert len(raised.value.mistakes) == 2


def test_too_many_of_them() -> None:
    many = "".join(f"    p{number}: reads\n" for number in range(1001))
    with pytest.raises(ConfigurationError, match="expected at most 1000 entries"):
        book(f"policy: mine\nunderstand:\n  programs:\n{many}")


def test_too_many_of_one_program() -> None:
    many = "".join(f"    acmectl v{number}: reads\n" for number in range(101))
    with pytest.raises(ConfigurationError, match="acmectl is described 101 times; 100 are the most"):
        book(f"policy: mine\nunderstand:\n  programs:\n{many}")


def test_the_digest_is_over_what_they_say() -> None:
    assert book(TEXT).digest != book(TEXT.replace("./bin/Deploy: reads", "./bin/Deploy: writes")).digest
    assert book(TEXT).digest == book(f"# moved by a line\n{TEXT}").digest
    assert book("policy: mine\n").digest == book("policy: mine\n\n").digest
