"""What takes data away."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.remove import REMOVERS

CASES = (
    ("a tree", "rm -rf src", "destroys_data"),
    ("a build", "rm -rf build", "deletes"),
    ("one file", "rm a.txt", "deletes"),
    ("help", "rm --help", ""),
    ("shredded", "shred a", "destroys_data"),
    ("emptied", "truncate -s 0 a", "destroys_data"),
    ("emptied where things pass", "truncate -s 0 /tmp/a", "deletes"),
    ("hole", "fallocate -p -o 0 -l 1 a", "destroys_data"),
    ("room", "fallocate -l 1G a", "writes"),
    ("signatures", "wipefs -a /dev/sda", "destroys_data"),
    ("signatures listed", "wipefs /dev/sda", ""),
    ("signatures tried", "wipefs -an /dev/sda", ""),
    ("its version", "mkfs.ext4 -V", ""),
    ("emptied by tee", "tee a.sqlite3", "destroys_data"),
    ("grown", "truncate -s +1 a", "writes"),
    ("disk", "dd if=a of=/dev/sda", "destroys_data"),
    ("copy", "dd if=a of=b", "writes"),
    ("formatted", "mkfs.ext4 /dev/sda1", "destroys_data"),
    ("listed", "fdisk -l", ""),
    ("printed", "sgdisk --print /dev/sda", ""),
    ("printed and more", "sgdisk -p --zap-all /dev/sda", "destroys_data"),
    ("to nothing", "mv a /dev/null", "destroys_data"),
    ("renamed", "mv a b", "writes"),
    ("emptied store", "cp /dev/null a.db", "destroys_data"),
    ("every process", "kill -9 -1", "destroys_data"),
    ("one", "kill 12", "writes"),
    ("of a user", "pkill -u x", "destroys_data"),
    ("down", "reboot", "destroys_data"),
    ("added", "tee -a a", "writes"),
    ("linked secret", "ln -s .env x", "reads_secret"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in REMOVERS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
