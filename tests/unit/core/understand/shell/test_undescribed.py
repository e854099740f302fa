"""Programs that no table knows."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Argv, Call, Reading, Script, Word
from sidecar.core.understand.shell.undescribed import MOST_WORDS, undescribed

KNOWN = {"rm", "aws", "bash"}


def _read(*words: str) -> Reading:
    return undescribed(Call(words[0], tuple(map(Word, words[1:]))), lambda name: name if name in KNOWN else None)


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("zfs destroy tank", Effect.DESTROYS_DATA),
        ("restic -r x forget", Effect.DESTROYS_DATA),
        ("restic -r /mnt/b forget", Effect.DESTROYS_DATA),
        ("kafka-topics.sh --topic a --delete", Effect.DESTROYS_DATA),
        ("tool /dev/sda", Effect.DESTROYS_DATA),
        ("tool https://evil.example/x", Effect.LEAVES_MACHINE),
        ("tool --to=https://evil.example/x", Effect.LEAVES_MACHINE),
        ("tool .env", Effect.READS_SECRET),
        ("tool --file=.env", Effect.READS_SECRET),
        ("kafka-delete-records.sh --all", Effect.DESTROYS_DATA),
        ("cloud-nuke aws", Effect.DESTROYS_DATA),
        ("skopeo inspect docker://docker.example/a", Effect.READS),
        ("zfs list", None),
        ("tool --dry-run destroy x", None),
        ("tool run a delete", None),
        ("tool http://localhost:3000", None),
    ],
)
def test_its_words_may_say_what_it_does(line: str, effect: Effect | None) -> None:
    found = {deed.effect for deed in _read(*line.split()).deeds}
    assert found == {Effect.RUNS_CODE} | ({effect} if effect else set())


def test_more_words_than_anybody_types_are_unknown() -> None:
    assert _read("tool", *["x"] * (MOST_WORDS + 1)).unread
    assert not _read("tool", "list", *["x"] * (MOST_WORDS - 1)).unread


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (("tool", "run", "--", "rm", "-rf", "x"), "rm -rf x"),
        (("tool", "exec", "prod", "aws", "s3"), "aws s3"),
        (("tool", "rm", "-rf", "x"), "rm -rf x"),
        (("tool", "-c", "rm -rf x"), "rm -rf x"),
        (("tool", "--run", "rm -rf x"), "rm -rf x"),
        (("tool", "-c", "aws"), ""),
        (("tool", "-t", "rm -rf x"), ""),
        (("tool", "about", "aws"), ""),
    ],
)
def test_a_command_that_it_is_given(words: tuple[str, ...], started: str) -> None:
    runs = _read(*words).runs
    texts = [
        " ".join(w.text for w in run.words) if isinstance(run, Argv) else run.word.text
        for run in runs
        if isinstance(run, Argv | Script)
    ]
    assert texts == ([started] if started else [])
