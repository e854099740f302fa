"""What only a notebook understands in a cell of Python: `!command`, `%%bash`, `%sx`, `%%sql`, `%run`.

Rules: such lines are taken out and read as what they are; the rest is Python.
"""

import re

from sidecar.core.understand.found import Collected
from sidecar.core.understand.listed import listed

_CELL = re.compile(r"\s*%%(\S+)([^\n]*)\n(.*)", re.DOTALL)
_LINE = re.compile(r"^[ \t]*(?:[\w, ]+=[ \t]*)?(!!?|%)([^\n]*)$", re.MULTILINE)
_SHELLS = frozenset({"bash", "sh", "script", "system", "sx", "!", "cmd"})
_SHELL_LINES = frozenset({"sx", "system", "sc"})
_TOLD = frozenset(
    listed(
        "matplotlib time timeit load_ext reload_ext autoreload config env who whos pwd ls history magic lsmagic"
        " precision reset_selective pdb prun debug psearch pinfo pdoc xmode colors cd dirs bookmark pylab capture"
    )
)
_INSTALLERS = frozenset({"pip", "conda", "mamba", "uv"})
_SQL = frozenset({"sql", "bigquery", "sqlcmd"})


def without_magic(text: str, collected: Collected) -> str:
    """The Python of a cell."""
    if "!" not in text and "%" not in text:
        return text
    cell = _CELL.match(text)
    if cell:
        return _whole(cell[1], cell[2].strip(), cell[3], collected)
    return _LINE.sub(lambda line: _line(line[1], line[2].strip(), collected), text)


def _whole(name: str, options: str, rest: str, collected: Collected) -> str:
    if name in _SHELLS:
        collected.scripts.append(rest)
    elif name in _SQL:
        collected.statements.append(rest)
    elif name in {"writefile", "file"}:
        collected.calls.append(("tee", *options.split()))
    elif name in {"time", "timeit", "capture", "prun"}:
        return without_magic(rest, collected)
    else:
        collected.unread.append(f"%%{name} is read by somebody else")
    return ""


def _line(mark: str, rest: str, collected: Collected) -> str:
    name, _, words = rest.partition(" ")
    if mark != "%":
        collected.scripts.append(rest)
    elif name in _SHELL_LINES:
        collected.scripts.append(words)
    elif name in _SQL:
        collected.statements.append(words)
    elif name in _INSTALLERS:
        collected.scripts.append(rest)
    elif name not in _TOLD:
        collected.unread.append(f"%{name} does what its author wrote")
    return "pass"
