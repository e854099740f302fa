"""Programs that pack and unpack."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Stream, Word
from sidecar.core.understand.shell.commands.archives import archive, content

CASES = (
    ("packed secret", "tar cf a ~/.ssh", "reads_secret"),
    ("unpacked over", "tar xf a -C /", "destroys_data"),
    ("packed and removed", "tar --remove-files -cf a b", "destroys_data"),
    ("unpacked here", "tar -xf a.tar -C x", "writes"),
    ("packed", "zip a.zip b", "reads"),
)


def read(line: str) -> tuple[set[Effect], list[str], int]:
    name, *words = shlex.split(line)
    reading = archive(Call(name, tuple(map(Word, words))))
    return {deed.effect for deed in reading.deeds}, list(reading.unread), len(reading.runs)


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    assert Effect(effect) in read(line)[0], note


@pytest.mark.parametrize(
    ("line", "unread", "runs"),
    [
        ("tar cf /dev/null x --checkpoint-action=exec=sh", 1, 1),
        ("tar cf /dev/null x --checkpoint-action=exec=/bin/bash", 1, 1),
        ("tar cf /dev/null x --checkpoint-action=exec='make note'", 0, 1),
        ("tar cf a x --checkpoint-action=dot", 0, 0),
        ("zip x.zip x -T --unzip-command='sh -c id'", 1, 0),
        ("zip x.zip x -TT 'sh -c id'", 1, 0),
        ("zip -T x.zip", 0, 0),
    ],
)
def test_commands_of_its_own(line: str, unread: int, runs: int) -> None:
    _, found, scripts = read(line)
    assert (len(found), scripts) == (unread, runs)


def test_content_is_what_is_known_of_a_file() -> None:
    known = Stream("text")
    call = Call("cat", (), stdin=Stream("in"), files={"a": known})
    assert content(Word("-"), call).text == "in"
    assert content(Word("./a"), call) is known
    assert content(Word("b"), call) == Stream()
