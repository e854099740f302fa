"""Lines that the client runs itself, not the server: psql's and mysql's backslash commands, sqlite3's dot commands.

Rules: a command that is not in the tables is unknown. A pipe or a backtick in an argument runs a program.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found, Inner
from sidecar.core.understand.sql.started import ON_CLIENT, command
from sidecar.core.understand.sql.token import vocabulary

_PSQL_TELLS = vocabulary(
    "l list conninfo x t a f h help ? q g gx gset gdesc timing pset encoding echo qecho warn errverbose set "
    "unset prompt if elif else endif r reset p print sf sv watch copyright bind html H C T s z c connect "
    "o out crosstabview G bind_named parse close_prepared startpipeline endpipeline"
)
_DOT_TELLS = vocabulary(
    "tables schema headers header mode width help quit exit databases indexes indices dbinfo explain eqp "
    "timer show nullvalue separator print stats changes echo bail fullschema limit lint sha3sum prompt "
    "timeout trace version dump parameter param recover cd open log scanstats vfslist dbconfig selftest "
    "progress session expert auth binary nonce"
)
Row = tuple[tuple[Effect, ...], str]
_RUNS: Row = ((Effect.RUNS_CODE,), ON_CLIENT)
_READS_FILE: Row = ((Effect.RUNS_CODE, Effect.UNKNOWN), "runs whatever the file holds")
_TO_FILE: Row = ((Effect.WRITES, Effect.LEAVES_MACHINE), "data leaves the database for a file")
_FILE_NAMES = r"\o \out \w \write \lo_export .once .output .backup .save .archive .ar .clone"
_COMMANDS: dict[str, Row] = {
    **dict.fromkeys(vocabulary(r"\! \e \edit \ef \ev .shell .system .load .excel .www !! :!!"), _RUNS),
    **dict.fromkeys(vocabulary(r"\i \ir \include \include_relative \. .read :r"), _READS_FILE),
    **dict.fromkeys(vocabulary(_FILE_NAMES), _TO_FILE),
    "\\gexec": ((Effect.UNKNOWN,), "runs what the query gives as statements"),
    "\\lo_import": ((Effect.WRITES,), "reads a file into the database"),
    "\\lo_unlink": ((Effect.DELETES,), "removes a large object"),
    "\\password": ((Effect.CHANGES_ACCESS,), "changes a password"),
    "\\setenv": ((Effect.UNKNOWN,), "changes what programs find"),
    ".import": ((Effect.WRITES,), "writes a file's rows"),
    ".restore": ((Effect.DESTROYS_DATA,), "puts another database in this one's place"),
    ".filectrl": ((Effect.UNKNOWN,), "speaks to the storage"),
    ".dbtotxt": ((Effect.READS,), "reads the whole database"),
    ".parse": ((Effect.READS,), "reads"),
    ":connect": ((Effect.LEAVES_MACHINE,), "connects to another server"),
}  # fmt: skip
_ARGUMENTS_TO_FILE = frozenset({"\\g", "\\gx"})
_SHELLS = frozenset({"\\!", "!!", ":!!", ".shell", ".system"})  # whose whole argument is a command
_OWN_TEXT = frozenset({"\\!", "!!", ":!!", ".shell", ".system", "\\copy"})


MOST_COMMANDS = 50  # in one line


def client(line: str) -> Found:
    """What a line for the client does. Several backslash commands may stand in one line."""
    found = Found()
    if line.count("\\") > MOST_COMMANDS:
        found.compute("more commands in a line than are read")
        return found
    name = _name(line)
    rest = line[len(name) :]
    if name not in _OWN_TEXT and line.startswith("\\") and "\\" in rest:
        rest, _, more = rest.partition("\\")
        later = client("\\" + more)
        found.deeds, found.computed, found.inner = later.deeds, later.computed, later.inner
    if name == "\\copy":
        found.inner.append(Inner("COPY" + rest))
    elif name in _COMMANDS and (rest.strip() or not name.endswith(("o", "out", ".output"))):
        _row(_COMMANDS[name], name, found, rest if name in _SHELLS else "")
    elif not _tells(name):
        found.compute(f"{name} is no command we know")
    _arguments(name, rest, found)
    return found


def _name(line: str) -> str:
    found = re.match(r"\\[!?.]|\\[A-Za-z_]+\+?|\.[a-z0-9]+|:!!|!!|:\w+|\\\S?", line)
    return found[0] if found else line


def _tells(name: str) -> bool:
    if name.startswith("\\"):
        return name[1:].rstrip("+") in _PSQL_TELLS or re.fullmatch(r"\\d[A-Za-z]*\+?", name) is not None
    return name[1:] in _DOT_TELLS or name in {".output", ".log"}


def _arguments(name: str, rest: str, found: Found) -> None:
    """What an argument does whatever the command."""
    piped = re.match(r"\s*(?:\([^)]*\)\s*)?[\"']?\|", rest) and name not in {"\\d", "\\echo", ".print"}
    if name not in _OWN_TEXT and (piped or "`" in rest):
        _row(_RUNS, name, found, rest.partition("|")[2].strip("\"' ") if piped and "`" not in rest else "")
    elif name in _ARGUMENTS_TO_FILE and rest.strip() and not rest.strip().startswith(("(", ";")):
        _row(_TO_FILE, name, found)
    if name == "\\pset" and "pager" in rest:
        _row(_RUNS, name, found)
    if name == "\\s" and rest.strip():
        _row(_TO_FILE, name, found)
    if name in {"\\c", "\\connect"} and re.match(r"\s*-\s+\w", rest):
        found.add(Effect.ESCALATES, f"{name} signs in as another")
    if name in {"\\c", "\\connect"} and re.search(r"host=|://|^\s*\S+\s+\S+\s+[^\s-]", rest):
        found.add(Effect.LEAVES_MACHINE, f"{name} connects to another server")


def _row(row: Row, name: str, found: Found, text: str = "") -> None:
    for effect in row[0]:
        if effect is Effect.UNKNOWN:
            found.compute(f"{name} {row[1]}")
        else:
            found.add(effect, f"{name} {row[1]}", *(command(text) if effect is Effect.RUNS_CODE else ()))
