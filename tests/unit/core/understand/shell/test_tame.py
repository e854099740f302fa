"""Whether words say that nothing is done that matters."""

import shlex

import pytest

from sidecar.core.understand.shell.call import Word
from sidecar.core.understand.shell.tame import tame


def _tame(line: str) -> bool:
    name, *words = shlex.split(line)
    return tame(name, tuple(map(Word, words)))


@pytest.mark.parametrize(
    "line",
    [
        "tool",
        "tool list",
        "tool dags list",
        "tool getblockchaininfo",
        "tool --port /dev/ttyUSB0 chip_id",
        "tool --describe --topic a",
        "tool -ls /user",
        "restic -r /mnt/backup snapshots --latest 3",
        "adb devices",
        "flutter pub get",
        "ansible-lint play.yml",
        "lsns -t pid",
        "tool src/ tests/a.py",
        "tool http://localhost:8080/",
        "notify 'the build is done'",
        "sinfo -s",
        "tool build --force",
    ],
)
def test_it_looks_checks_or_builds(line: str) -> None:
    assert _tame(line)


@pytest.mark.parametrize(
    "line",
    [
        "scancel -u ada",
        "qdel all",
        "scontrol update NodeName=gpu01 State=DOWN",
        "flashrom -p internal -w bios.bin",
        "postsuper -d ALL",
        "bitcoin-cli sendtoaddress bc1qxyz 0.5",
        "networksetup -setwebproxy Wi-Fi 203.0.113.9 8080",
        "defaults write com.apple.dock autohide -bool true",
        "drbdadm create-md --force r0",
        "tool -k -n tcp",
        "tool /etc/fstab",
        "tool apply x",
        "tool 'rm -rf x; y'",
    ],
)
def test_nobody_knows_what_it_does(line: str) -> None:
    assert not _tame(line)
