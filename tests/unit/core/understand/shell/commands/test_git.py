"""git."""

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
    ("hooks elsewhere", "git config --global core.hooksPath /x", "changes_access"),
    ("another repository's archive", "git archive --remote=ssh://git@x.example/a HEAD", "leaves_machine"),
    ("own archive", "git archive HEAD", "writes"),
    ("ssh with a key", "git -c core.sshCommand='ssh -i k' fetch", "runs_code"),
    ("setting that runs", "git config core.pager x", "runs_code"),
    ("through a folder", "git -C x reset --hard", "destroys_data"),
    ("hooks of the project", "git config core.hooksPath .githooks", "runs_code"),
    ("hooks of others", "git config --global core.hooksPath /tmp/x", "changes_access"),
    ("another address", "git config url.https://x.example/.insteadOf https://y.example/", "changes_access"),
    ("unchecked", "git config http.sslVerify false", "changes_access"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in GIT[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)


@pytest.mark.parametrize(("value", "changes"), [("'ssh -i k'", False), ("/tmp/x", True)])
def test_the_usual_program_behind_a_setting_is_no_change(value: str, changes: bool) -> None:
    assert (Effect.CHANGES_ACCESS in effects(f"git -c core.sshCommand={value} fetch")) is changes
