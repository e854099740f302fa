"""Rights, accounts, timers."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.access import ACCESS

CASES = (
    ("world may write", "chmod 777 a", "changes_access"),
    ("runnable", "chmod +x a", "writes"),
    ("a whole tree", "chmod -R 770 a", "changes_access"),
    ("owner", "chown me a", "changes_access"),
    ("timer", "crontab jobs", "changes_access"),
    ("timers gone", "crontab -r", "destroys_data"),
    ("timers shown", "crontab -l", "reads"),
    ("service off", "systemctl stop x", "changes_access"),
    ("machine off", "systemctl poweroff", "destroys_data"),
    ("a variable", "printenv PATH", "reads"),
    ("a secret variable", "printenv API_TOKEN", "reads_secret"),
    ("firewall shown", "iptables -L", "reads"),
    ("firewall changed", "iptables -F", "changes_access"),
    ("private key out", "gpg --export-secret-keys", "reads_secret"),
    ("key read", "openssl rsa -in a.key", "reads_secret"),
    ("fingerprint", "ssh-keygen -l -f k", "reads"),
    ("route set", "ip route add default via 10.0.0.1", "changes_access"),
    ("route shown", "ip route show", "reads"),
    ("kernel set", "sysctl -w a=1", "changes_access"),
    ("kernel shown", "sysctl vm.swappiness", "reads"),
    ("keys listed", "ssh-add -l", "reads"),
    ("phrase of a key", "ssh-keygen -p -f k", "changes_access"),
    ("own approval", "gatehouse approvals approve 3", "changes_access"),
    ("gate asked", "gatehouse sessions list", "reads"),
    ("server told", "nginx -s stop", "changes_access"),
    ("server tests", "nginx -t", "reads"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in ACCESS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
