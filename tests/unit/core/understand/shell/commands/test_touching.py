"""Paths that are read, written, removed."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import HOLE, Word
from sidecar.core.understand.shell.commands.touching import reading, removing, writing


@pytest.mark.parametrize(
    ("path", "tree", "cwd", "effect"),
    [
        ("a", False, ".", Effect.DELETES),
        ("a", True, ".", Effect.DESTROYS_DATA),
        ("build", True, ".", Effect.DELETES),
        ("build", True, "/workspace/a", Effect.DELETES),
        ("build", True, "/etc", Effect.DESTROYS_DATA),
        ("*", False, ".", Effect.DESTROYS_DATA),
        ("*.log", False, ".", Effect.DELETES),
        ("/data/*.log", False, ".", Effect.DESTROYS_DATA),
        ("**/*.py", False, ".", Effect.DESTROYS_DATA),
        (HOLE, True, ".", Effect.DESTROYS_DATA),
        ("/etc/x", False, ".", Effect.DESTROYS_DATA),
    ],
)
def test_removing(path: str, tree: bool, cwd: str, effect: Effect) -> None:
    assert [deed.effect for deed in removing([Word(path)], "rm", tree=tree, cwd=cwd)] == [effect]


def test_reading_and_writing() -> None:
    assert [deed.effect for deed in reading([Word("a"), Word(".env"), Word("/dev/null")], "cat")] == [
        Effect.READS,
        Effect.READS_SECRET,
    ]
    assert {deed.effect for deed in writing([Word("/proc/sys/x")], ">")} == {Effect.WRITES, Effect.CHANGES_ACCESS}
    assert {deed.effect for deed in writing([Word("/usr/lib/x")], ">>", adds=True)} == {Effect.WRITES}
