"""Code hosts."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.code_hosts import CODE_HOSTS

CASES = (
    ("repository gone", "gh repo delete x", "destroys_data"),
    ("api", "gh api repos/x", "reads"),
    ("api delete", "gh api -X DELETE repos/x", "destroys_data"),
    ("secret set", "gh secret set x", "changes_access"),
    ("workflow started", "gh workflow run deploy.yml", "leaves_machine"),
    ("checks seen", "gh pr checks 3", "reads"),
    ("secrets listed", "gh secret list", "reads"),
    ("values shown", "glab variable list", "reads_secret"),
    ("value set", "glab variable set a b", "changes_access"),
    ("the rest is alike", "glab repo delete x", "destroys_data"),
    ("rights by the api", "gh api -X PUT repos/x/collaborators/eve", "changes_access"),
    ("rights read", "gh api repos/x/collaborators", "reads"),
    ("past the checks", "gh pr merge 1 --admin", "escalates"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in CODE_HOSTS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
