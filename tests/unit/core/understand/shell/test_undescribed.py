"""Programs that no table knows."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.undescribed import undescribed


@pytest.mark.parametrize(
    ("line", "destroys"),
    [
        ("zfs destroy tank", True),
        ("restic -r x forget", True),
        ("rabbitmqctl delete_queue jobs", True),
        ("kafka-topics.sh --topic a --delete", True),
        ("tool db:drop", True),
        ("zfs list", False),
        ("tool --dry-run destroy x", False),
        ("tool run a delete", False),
        ("tool src/delete.py", False),
        ("tool deleted", False),
    ],
)
def test_its_words_may_say_that_it_takes_away(line: str, destroys: bool) -> None:
    name, *words = line.split()
    found = {deed.effect for deed in undescribed(Call(name, tuple(map(Word, words)))).deeds}
    assert Effect.RUNS_CODE in found
    assert (Effect.DESTROYS_DATA in found) is destroys
