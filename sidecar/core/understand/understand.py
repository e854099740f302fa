"""One tool call to its effects, whatever the tool.

Strategy: the tool's name picks a reader from a table. A tool of an MCP server, whose name anybody chose, is read by the
names of its arguments too, and both count.

Rules:
- A call that no reader fits is unknown, never harmless.
- Names are compared without case and without the server in front (`mcp__files__read_file`).
- That a tool only moves inside the session is believed of the agent's own tools alone, not of a server that borrows
  such a name.
"""

import re
import shlex
from collections.abc import Callable, Mapping

from sidecar.core.model.effect import Deed, Effect, Node, Understood
from sidecar.core.understand.computer import computer
from sidecar.core.understand.files import FILE_TOOLS
from sidecar.core.understand.listed import listed
from sidecar.core.understand.mcp import by_arguments
from sidecar.core.understand.query import query
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.snippet import language, snippet
from sidecar.core.understand.web import WEB_TOOLS

Input = Mapping[str, object]
_VERSION = re.compile(r"_20\d{6}$")  # `bash_20250124`: the API's own tools by their types
LONGEST_NAME = 256  # characters; the API takes 128, with the server's name in it
ToolReader = Callable[[Input], Understood]


def understand(tool: str, input: Input) -> Understood:
    """What the call would do."""
    if len(tool) > LONGEST_NAME:
        read = understand(tool[-LONGEST_NAME:], input)
        return Understood(read.tree, (*read.unread, f"a tool with a name of {len(tool)} characters"))
    server, _, last = tool.rpartition("__")
    name = _VERSION.sub("", last.lower().replace("-", "_"))
    if not server and name in _INSIDE:
        return Understood(Node("nothing outside of the session"))
    reader = _READERS.get(name)
    if reader is None:
        return by_arguments(tool, input)
    found = reader(input) if reader is not _code else _code(input, language(tool, input))
    return _both(tool, found, by_arguments(tool, input, described=True)) if server else found


def _both(tool: str, one: Understood, other: Understood) -> Understood:
    return Understood(Node(tool, (), (one.tree, other.tree)), tuple(dict.fromkeys((*one.unread, *other.unread))))


def _texts(input: Input, names: str) -> list[str]:
    """Every argument of these that is text, or a list of words."""
    found = []
    for name in names.split():
        value = input.get(name)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            found.append(shlex.join(value))
    return found


def _gathered(label: str, parts: list[Understood], missing: str) -> Understood:
    unread = tuple(word for part in parts for word in part.unread)
    tree = parts[0].tree if len(parts) == 1 else Node(label, (), tuple(part.tree for part in parts))
    return Understood(tree, unread if parts else (missing,))


def _shell(input: Input) -> Understood:
    found = [shell(text) for text in _texts(input, "command cmd script input bash_command args")]
    if not found and input.get("restart") is True:
        return Understood(Node("restart of the shell"))
    if input.get("dangerouslyDisableSandbox") is True:
        out = Deed(Effect.ESCALATES, "leaves the sandbox")
        found.append(Understood(Node("without the sandbox", (out,))))
    return _gathered("shell", found, "a shell without a command")


def _power_shell(input: Input) -> Understood:
    return _gathered(
        "PowerShell", [snippet(text, "powershell") for text in _texts(input, "command script input")], "no command"
    )


def _sql(input: Input) -> Understood:
    given = input.get("dialect")
    dialect = given if isinstance(given, str) else None
    found = [query(text, dialect) for text in _texts(input, "sql query statement command")]
    return _gathered("SQL", found, "a query without SQL")


def _code(input: Input, spoken: str = "") -> Understood:
    found = [snippet(text, spoken) for text in _texts(input, "code source script input")]
    return _gathered("code", found, "code that is not given")


_READERS: dict[str, ToolReader] = {
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
    **FILE_TOOLS,
    **WEB_TOOLS,
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
