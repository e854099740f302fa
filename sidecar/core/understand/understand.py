"""One tool call to its effects, whatever the tool.

Strategy: the tool's name picks a reader from a table. A tool of an MCP server, whose name anybody chose, is read by the
names of its arguments too, and both count.

Rules:
- A call that no reader fits is unknown, never harmless.
- Names are compared without case and without the server in front (`mcp__files__read_file`).
- Those of arguments too: some tools take `Command`, or `commands`. Every argument that may be the command counts.
- That a tool only moves inside the session is believed of the agent's own tools alone: not of a server that borrows
  such a name, nor of a tool that is handed a command.
- What policies describe adds to what a reader says, and takes the place of its not knowing.
"""

import re
import shlex
from collections.abc import Callable, Mapping

from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand.computer import computer
from sidecar.core.understand.described_tool import NOTHING_SAID, Said, fits, said_of
from sidecar.core.understand.files import FILE_TOOLS
from sidecar.core.understand.listed import listed
from sidecar.core.understand.mcp import by_arguments
from sidecar.core.understand.query import query
from sidecar.core.understand.several import LEFT_OUT, readable
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.snippet import language, snippet
from sidecar.core.understand.web import WEB_TOOLS

Input = Mapping[str, object]
_VERSION = re.compile(r"_20\d{6}$")  # `bash_20250124`: the API's own tools by their types
LONGEST_NAME = 256  # characters; the API takes 128, with the server's name in it
ToolReader = Callable[[Input], Understood]
# Of what may run programs that a policy describes.
Runner = Callable[[Input, Own], Understood]
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# How tools that are shells call what they run, and what no tool is handed that only moves inside the agent.
_COMMANDS = (
    "command cmd script input bash_command shell_command command_line commandline args argv text keys keystrokes"
)
_HANDED = frozenset(listed("command commands cmd script bash_command shell_command command_line sql code argv"))


def understand(tool: str, input: Input, own: Own = NOTHING_DESCRIBED, name: str = "") -> Understood:
    """What the call would do. `own`: what policies describe; `name`: of the tool as they know it."""
    if len(tool) > LONGEST_NAME:
        read = understand(tool[-LONGEST_NAME:], input, own)
        return Understood(read.tree, (*read.unread, f"a tool with a name of {len(tool)} characters"))
    said = said_of(own, name or tool) if own else NOTHING_SAID
    found = _read(tool, input, own, said, name)
    return found if not said.entries or _reader(tool) is None else _with(found, said, tool)


def _with(found: Understood, said: Said, tool: str) -> Understood:
    """A tool that a table knows, and what a description adds."""
    deeds = tuple(said.deeds(Object(Thing.RESOURCE, tool)))
    return (
        Understood(Node(tool, deeds, (found.tree,)), (*found.unread, *said.unread)) if deeds or said.unread else found
    )


def _read(tool: str, input: Input, own: Own, said: Said, name: str) -> Understood:
    server, _, last = tool.rpartition("__")
    plain = _VERSION.sub("", last.lower().replace("-", "_"))
    if not server and plain in _INSIDE and not any(_plain(key) in _HANDED for key in input):
        return _with(Understood(Node("nothing outside of the session")), said, tool)
    reader = _reader(tool)
    if reader is None:
        return by_arguments(tool, input, own=own, said=said, name=name)
    found = reader(input, own) if reader is not _code else _code(input, own, language(tool, input))
    # A screen's action that nobody described may carry a command of its own.
    more = server or (reader is computer and found.unread)
    return _both(tool, found, by_arguments(tool, input, described=True, own=own)) if more else found


def _reader(tool: str) -> Runner | None:
    return _READERS.get(_VERSION.sub("", tool.rpartition("__")[2].lower().replace("-", "_")))


def known_tool(pattern: str) -> str:
    """A tool that a table knows and that a description may be about; empty where there is none."""
    last = pattern.rpartition("__")[2]
    if not pattern.strip("*_") or _reader(pattern) is not None:
        return last or pattern
    return next((one for one in (*_READERS, *_INSIDE) if fits(pattern.lower().replace("-", "_"), one)), "")


def _both(tool: str, one: Understood, other: Understood) -> Understood:
    return Understood(Node(tool, (), (one.tree, other.tree)), tuple(dict.fromkeys((*one.unread, *other.unread))))


def _plain(name: str) -> str:
    return _HUMP.sub("_", name).casefold().replace("-", "_")


def _texts(input: Input, names: str) -> tuple[list[str], list[str]]:
    """Every argument of these that is text, or a list of words; and what is neither."""
    wanted, found, unread = names.split(), [], []
    for name, value in input.items():
        plain = _plain(name)
        one = f"{plain[:-3]}y" if plain.endswith("ies") else plain.removesuffix("s")
        if (plain not in wanted and one not in wanted) or value is None:
            continue
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list) and all(isinstance(word, str) for word in value):
            found += _of_list(value, several=plain not in wanted)
        else:
            unread.append("a command that is no text")
    return found, unread


def _of_list(words: list[str], *, several: bool) -> list[str]:
    """The words of one command, or several commands. A single word is what somebody wrote as one text."""
    if len(words) < 2:
        return list(words)
    flags = any(word.startswith("-") for word in words)
    return [shlex.join(words), *(word for word in words if several and (" " in word or not flags))]


def _each(texts: list[str], unread: list[str], reader: Callable[[str], Understood]) -> list[Understood]:
    most = readable(texts)
    if most < len(texts):
        unread.append(LEFT_OUT)
    return [reader(text) for text in texts[:most]]


def _gathered(label: str, parts: list[Understood], unread: list[str], missing: str) -> Understood:
    told = (*unread, *(word for part in parts for word in part.unread))
    tree = parts[0].tree if len(parts) == 1 else Node(label, (), tuple(part.tree for part in parts))
    return Understood(tree, tuple(dict.fromkeys(told)) if parts or unread else (missing,))


def _shell(input: Input, own: Own) -> Understood:
    texts, unread = _texts(input, _COMMANDS)
    found = _each(texts, unread, lambda text: shell(text, own))
    if not found and not unread and input.get("restart") is True:
        return Understood(Node("restart of the shell"))
    if input.get("dangerouslyDisableSandbox") is True:
        out = Deed(Effect.ESCALATES, "leaves the sandbox")
        found.append(Understood(Node("without the sandbox", (out,))))
    return _gathered("shell", found, unread, "a shell without a command")


def _power_shell(input: Input, own: Own) -> Understood:
    texts, unread = _texts(input, "command script input")
    found = _each(texts, unread, lambda text: snippet(text, "powershell", own))
    return _gathered("PowerShell", found, unread, "no command")


def _sql(input: Input, own: Own) -> Understood:
    given = input.get("dialect")
    dialect = given if isinstance(given, str) else None
    texts, unread = _texts(input, "sql query statement command")
    found = _each(texts, unread, lambda text: query(text, dialect, own))
    return _gathered("SQL", found, unread, "a query without SQL")


def _code(input: Input, own: Own, spoken: str = "") -> Understood:
    texts, unread = _texts(input, "code source script input")
    found = _each(texts, unread, lambda text: snippet(text, spoken, own))
    return _gathered("code", found, unread, "code that is not given")


def _alone(reader: ToolReader) -> Runner:
    """It runs nothing."""
    return lambda input, _: reader(input)


_READERS: dict[str, Runner] = {
    **dict.fromkeys(
        listed(
            "bash shell sh zsh terminal run_command execute_command exec run_terminal_cmd"
            " run_shell_command local_shell run_in_terminal bash_code_execution"
        ),
        _shell,
    ),
    **dict.fromkeys(listed("powershell pwsh"), _power_shell),
    **dict.fromkeys(listed("sql run_sql execute_sql sql_query run_query query_database execute_query"), _sql),
    **dict.fromkeys(
        listed(
            "python execute_python run_python code_execution run_code execute_code javascript repl node ruby perl php"
            " executecode run_javascript execute_javascript execute_cell run_cell"
        ),
        _code,
    ),
    "computer": computer,
    **{name: _alone(reader) for name, reader in (FILE_TOOLS | WEB_TOOLS).items()},
}
# What only moves inside the agent; what a sub-agent does comes as calls of its own.
_INSIDE = frozenset(
    listed(
        "todowrite todoread todo_write task agent skill exitplanmode enterplanmode bashoutput"
        " taskoutput taskstop killshell killbash askuserquestion toolsearch taskcreate taskupdate"
        " taskget tasklist blocked_by_policy listmcpresourcestool sequentialthinking think slashcommand"
        " readmcpresourcetool"
    )
)
