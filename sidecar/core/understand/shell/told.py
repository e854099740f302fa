"""Options whose value is a command, whatever the program: `--pre`, `--exec`, `--pager`, `--on-change`.

Rules:
- It counts where the text begins with a program that a table knows and has more than one word; other texts are data.
- It is read beside what the program's own reader says, so a table need not name every such option.
"""

from collections.abc import Callable
from itertools import pairwise

from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Reading, Script, Word

_NAMES = frozenset(
    listed(
        "pre preprocessor exec exec-batch execute cmd command commands run shell-command pager editor rsh rsync-path"
        " hook preview info-script script-text scripts entry-command startup init-command"
    )
)
_ENDS = ("-command", "-cmd", "-program", "-exec", "-hook", "-script", "-run")
_BEGINS = ("exec-", "run-", "on-", "before-", "after-", "pre-", "post-")


def told(call: Call, known: Callable[[str], object | None]) -> Reading:
    """What such options make it run. `known`: whether a table knows a program of that name."""
    options = ((option.text, value.text) for option, value in pairwise((*call.args, Word(""))))
    texts = (_text(option, value) for option, value in options if option.startswith("--"))
    return Reading(runs=tuple(Script(Word(text), call.name) for text in texts if is_command(text, known)))


def _text(option: str, value: str) -> str:
    name, equals, own = option.lstrip("-").partition("=")
    named = name in _NAMES or name.endswith(_ENDS) or name.startswith(_BEGINS)
    return (own if equals else value) if named else ""


def is_command(text: str, known: Callable[[str], object | None]) -> bool:
    """More than one word, and the first is a program."""
    first, space, _ = text.strip().partition(" ")
    return bool(space) and known(first.rpartition("/")[2]) is not None
