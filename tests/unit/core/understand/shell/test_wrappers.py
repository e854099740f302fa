"""Programs that run another one."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("sudo", "sudo -u me rm a", "deletes escalates"),
    ("time limit", "timeout -s KILL 5 rm a", "deletes"),
    ("env", "env A=1 rm a", "deletes"),
    ("env alone", "env", "reads_secret"),
    ("text of env", "env -S 'rm a'", "deletes"),
    ("su", "su -c 'rm a' me", "deletes escalates"),
    ("another machine", "ssh me@x.example 'rm a'", "deletes leaves_machine"),
    ("where it is", "command -v rm", ""),
    ("past functions", "command rm a", "deletes"),
    ("eval", "eval 'rm a'", "deletes"),
    ("lock", "flock l -c 'rm a'", "deletes"),
    ("later", "trap 'rm a' EXIT", "deletes"),
    ("again", "watch rm a", "deletes"),
    ("nested", "nohup nice -n 5 setsid rm a", "deletes"),
    ("chroot", "chroot /mnt rm a", "deletes escalates"),
    ("unit", "systemd-run rm a", "deletes escalates"),
    ("unit of the user", "systemd-run --user -p A=1 rm a", "deletes runs_code"),
    ("measured", "perf stat -e x rm a", "deletes"),
    ("measurement shown", "perf report", "reads"),
    ("an option nobody knows", "stdbuf -o0 -Z x rm a", "deletes runs_code unknown"),
    ("settings of a host", "ssh -G web1", "reads"),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
