"""Options whose value is a command or SQL, whatever the program: `--pre`, `--exec`, `--on-change`, `--sql`.

Rules:
- It counts where the text begins with a program that a table knows and has more than one word; other texts are data.
- It is read beside what the program's own reader says, so a table need not name every such option.
"""

import re
from collections.abc import Callable
from itertools import pairwise

from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Reading, Run, Script, Statements, Word

_NAMES = frozenset(
    listed(
        "pre preprocessor exec exec-batch execute cmd command commands run shell-command pager editor rsh rsync-path"
        " hook preview info-script script-text scripts entry-command startup init-command"
    )
)
_STATEMENTS = frozenset(
    listed("command sql query execute statement exec eval query-string sql-statement query-statement sqls")
)
_SQL = re.compile(
    r"\s*(delete\s+from|drop\s+(table|database|schema|index|view|user|role|keyspace|collection)|truncate\s+(table\s+)?[\w.]+"
    r"\s*(;|cascade|$)|update\s+\S+\s+set\s|alter\s+(table|user|role|database|system)|insert\s+into|grant\s.+\sto\s"
    r"|revoke\s.+\sfrom\s|create\s+(user|role)\s)",
    re.IGNORECASE | re.DOTALL,
)
_ENDS = ("-command", "-cmd", "-program", "-exec", "-hook", "-script", "-run", "-pack")
_BEGINS = ("exec-", "run-", "on-", "before-", "after-", "pre-", "post-")


def told(call: Call, known: Callable[[str], object | None]) -> Reading:
    """What such options make it run. `known`: whether a table knows a program of that name."""
    options = [(option.text, value.text) for option, value in pairwise((*call.args, Word("")))]
    options = [(option, value) for option, value in options if option.startswith("--")]
    texts = (_text(option, value, _is_named) for option, value in options)
    runs: list[Run] = [Script(Word(text), call.name) for text in texts if is_command(text, known)]
    texts = (_text(option, value, _STATEMENTS.__contains__) for option, value in options)
    return Reading(runs=(*runs, *(Statements(Word(text), None) for text in texts if is_sql(text))))


def _text(option: str, value: str, is_meant: Callable[[str], bool]) -> str:
    name, equals, own = option.lstrip("-").partition("=")
    return (own if equals else value) if is_meant(name) else ""


def _is_named(name: str) -> bool:
    return name in _NAMES or name.endswith(_ENDS) or name.startswith(_BEGINS)


def is_sql(text: str) -> bool:
    """A statement that changes something; what only looks need not be found."""
    return " " in text and _SQL.match(text) is not None


def is_command(text: str, known: Callable[[str], object | None]) -> bool:
    """More than one word, and the first is a program."""
    first, space, _ = text.strip().partition(" ")
    return bool(space) and known(first.rpartition("/")[2]) is not None
