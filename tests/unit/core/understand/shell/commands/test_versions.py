"""Other programs that keep versions."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.versions import VERSIONS


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("hg strip tip", Effect.DESTROYS_DATA),
        ("hg --config extensions.strip= strip tip", Effect.DESTROYS_DATA),
        ("hg log -r tip", Effect.READS),
        ("svn delete trunk", Effect.DESTROYS_DATA),
        ("svn revert a.c", Effect.WRITES),
        ("svn revert -R .", Effect.DESTROYS_DATA),
        ("p4 obliterate -y //depot/...", Effect.DESTROYS_DATA),
        ("p4 protect -i", Effect.CHANGES_ACCESS),
        ("jj abandon x", Effect.DESTROYS_DATA),
        ("jj op log", Effect.READS),
    ],
)
def test_what_a_verb_does(line: str, effect: Effect) -> None:
    name, *words = shlex.split(line)
    assert {deed.effect for deed in VERSIONS[name](Call(name, tuple(map(Word, words)))).deeds} == {effect}
