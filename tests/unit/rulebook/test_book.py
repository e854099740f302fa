"""Policies against what this gate knows by itself."""

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import PolicySource
from sidecar.rulebook.book import book_of

_HEAD = "policy: mine\nunderstand:\n"


def told(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        book_of([PolicySource("a.yaml", _HEAD + text)])
    return [str(one) for one in raised.value.mistakes]


@pytest.mark.parametrize(
    "entry",
    [
        "rm: harmless",
        "kubectl delete: reads",
        "sh: runs_code",
        "xargs: reads",
        "/usr/bin/env: harmless",
        "if: reads",
        "python3.15: [reads, writes]",
        "RM: harmless",
        "./bin/git: harmless",
        "sudo: harmless",
    ],
)
def test_what_is_known_is_not_made_safer(entry: str) -> None:
    (said,) = told(f"  programs:\n    {entry}\n")
    assert said.startswith("a.yaml:4: understand.programs.")
    assert "is read by itself" in said


@pytest.mark.parametrize("entry", ["Bash: harmless", "'*': reads", "mcp__x__bash: harmless", "'Ba*': reads"])
def test_nor_is_a_tool(entry: str) -> None:
    (said,) = told(f"  tools:\n    {entry}\n")
    assert "read by themselves" in said


def test_what_is_known_may_be_made_stricter() -> None:
    text = f"{_HEAD}  programs: {{git push: [spends], rm: unknown}}\n  tools: {{Bash: leaves_machine}}\n"
    (policy,) = book_of([PolicySource("a.yaml", text)]).policies
    assert policy.described
