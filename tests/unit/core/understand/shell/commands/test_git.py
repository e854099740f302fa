"""git and code hosts."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.git import GIT

CASES = (
    ("forced", "git push --force", "destroys_data"),
    ("pushed", "git push origin main", "writes"),
    ("to an address", "git push https://x.example/r main", "leaves_machine"),
    ("removed there", "git push origin :main", "destroys_data"),
    ("hard", "git reset --hard", "destroys_data"),
    ("soft", "git reset a.txt", "writes"),
    ("cleaned", "git clean -fdx", "destroys_data"),
    ("would clean", "git clean -n", "reads"),
    ("one file back", "git checkout -- a.txt", "deletes"),
    ("all back", "git checkout -- .", "destroys_data"),
    ("secret shown", "git show HEAD:.env", "reads_secret"),
    ("log", "git log", "reads"),
    ("setting that runs", "git config core.pager x", "runs_code"),
    ("repository gone", "gh repo delete x", "destroys_data"),
    ("api", "gh api repos/x", "reads"),
    ("api delete", "gh api -X DELETE repos/x", "destroys_data"),
    ("secret set", "gh secret set x", "changes_access"),
    ("through a folder", "git -C x reset --hard", "destroys_data"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in GIT[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
