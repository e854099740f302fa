"""Package managers."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.packages import PACKAGES

CASES = (
    ("installed", "npm install x", "installs"),
    ("from an address", "pip install https://x.example/a.whl", "runs_code"),
    ("listed", "pip list", "reads"),
    ("published", "npm publish", "leaves_machine"),
    ("removed", "brew uninstall x", "deletes"),
    ("a script", "npm run build", "reads"),
    ("fetched and run", "npx x", "runs_code"),
    ("pacman", "pacman -S x", "installs"),
    ("dpkg", "dpkg -i x.deb", "installs"),
    ("go away", "go run x.example/a@latest", "runs_code"),
    ("go here", "go test ./...", "reads"),
    ("login", "npm token create", "changes_access"),
    ("script that installs run", "npm pkg set scripts.postinstall=x", "writes"),
    ("from elsewhere", "npm config set registry https://x.example", "changes_access"),
    ("a setting", "npm config set fund false", "reads"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in PACKAGES[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
