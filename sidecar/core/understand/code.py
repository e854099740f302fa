"""What code in another language shows of itself: commands and SQL that stand in it as literals.

Strategy: Python is parsed; other languages are searched for the calls that start a shell. String literals are read for
paths of secrets.

Rules:
- Code is never harmless because nothing was found in it: the caller says that code runs.
- A command that the code computes is unknown.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed

LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """`scripts`: shell text; `calls`: words of a command; `statements`: SQL."""

    deeds: tuple[Deed, ...] = ()
    scripts: tuple[str, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()
    statements: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


# Called with one text for a shell.
_SHELLS = frozenset(
    listed("os.system os.popen subprocess.getoutput subprocess.getstatusoutput commands.getoutput pty.spawn")
)
# Called with a text for a shell or with a list of words.
_STARTS = frozenset(
    listed(
        "subprocess.run subprocess.call subprocess.Popen subprocess.check_call"
        " subprocess.check_output os.execvp os.execv os.spawnvp run Popen call check_output"
        " check_call system popen asyncio.create_subprocess_shell"
    )
)
_REMOVES = {
    "shutil.rmtree": ("rm", "-rf"),
    "rmtree": ("rm", "-rf"),
    "os.remove": ("rm",),
    "os.unlink": ("rm",),
    "os.removedirs": ("rm", "-rf"),
    "os.rmdir": ("rmdir",),
}
_SENDS = re.compile(
    r"(requests|httpx|session|client|axios|aiohttp)\.(post|put|patch)$|urlopen$|^socket\.(create_)?connect(ion)?$|\.sendall$|smtplib\.SMTP(_SSL)?$|ftplib\.FTP$"
)
_DYNAMIC = frozenset({"eval", "exec", "compile", "__import__", "marshal.loads", "pickle.loads"})
_SQL_CALLS = frozenset({"execute", "executemany", "executescript", "raw", "read_sql", "read_sql_query", "text"})


def in_code(text: str, language: str) -> Found:
    if len(text) > LARGEST:
        return Found(unread=(f"{language} code longer than {LARGEST} characters",))
    if language == "python":
        return _in_python(text)
    return _in_other(text)


def _in_python(text: str) -> Found:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _in_other(text)
    found = _Collected()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.call(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.literal(node.value)
        elif isinstance(node, ast.Attribute) and _dotted(node) == "os.environ":
            found.environment()
    return found.done()


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return "()"


class _Collected:
    def __init__(self) -> None:
        self.deeds: list[Deed] = []
        self.scripts: list[str] = []
        self.calls: list[tuple[str, ...]] = []
        self.statements: list[str] = []
        self.unread: list[str] = []

    def done(self) -> Found:
        return Found(
            tuple(dict.fromkeys(self.deeds)),
            tuple(self.scripts),
            tuple(self.calls),
            tuple(self.statements),
            tuple(self.unread),
        )

    def literal(self, value: str) -> None:
        if len(value) < 200 and "\n" not in value and paths.is_secret(value) and ("/" in value or "." in value):
            self.deeds.append(Deed(Effect.READS_SECRET, f"names {value}", (Object(Thing.PATH, value),)))

    def environment(self) -> None:
        self.deeds.append(Deed(Effect.READS, "reads the environment"))

    def call(self, node: ast.Call) -> None:
        name = _dotted(node.func)
        first = node.args[0] if node.args else None
        if name in _SHELLS or name in _STARTS or name.endswith(".create_subprocess_exec"):
            self._started(name, node)
        elif name in _REMOVES:
            self._removed(_REMOVES[name], first)
        elif name in _DYNAMIC:
            self.unread.append(f"{name} runs text inside the code")
        elif _SENDS.search(name) or (name.endswith(".connect") and isinstance(first, ast.Tuple)):
            hosts = tuple(
                Object(Thing.HOST, _host(a.value))
                for a in node.args
                if isinstance(a, ast.Constant) and isinstance(a.value, str) and "://" in a.value
            )
            self.deeds.append(Deed(Effect.LEAVES_MACHINE, f"{name} sends", hosts))
        elif name.rpartition(".")[2] in _SQL_CALLS:
            text = _text(first)
            if text is not None and " " in text.strip():
                self.statements.append(text)
        elif name in {"print", "dict", "str", "json.dumps"} and first is not None and _dotted(first) == "os.environ":
            self.deeds.append(Deed(Effect.READS_SECRET, f"{name} of every variable"))

    def _started(self, name: str, node: ast.Call) -> None:
        first = node.args[0] if node.args else None
        text = _text(first)
        if text is not None:
            self.scripts.append(text)
            return
        if isinstance(first, ast.List | ast.Tuple):
            words = [_text(item) for item in first.elts]
            if words and words[0] is not None:
                self.calls.append(tuple("\x00" if word is None else word for word in words))
                return
        self.unread.append(f"{name} runs a computed command")

    def _removed(self, command: tuple[str, ...], first: ast.expr | None) -> None:
        self.calls.append((*command, _text(first) or "\x00"))


def _text(node: ast.expr | None) -> str | None:
    """A literal, or literals that are put together."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return left + right if left is not None and right is not None else None
    return None


def _host(url: str) -> str:
    return url.split("://", 1)[1].partition("/")[0].rpartition("@")[2]


_QUOTED = r"""(?P<q>["'`])(?P<text>(?:\\.|(?!(?P=q)).)*)(?P=q)"""
_CALLS = re.compile(
    rf"""\b(?:system|execSync|exec|spawnSync|spawn|popen|shell_exec|passthru|proc_open|backtick|execute|getoutput
    |Open3\.\w+|IO\.popen|os\.execute|io\.popen|do\ shell\ script)\s*\(?\s*{_QUOTED}""",
    re.DOTALL | re.VERBOSE,
)
_COMPUTED = re.compile(
    r"\b(?:system|execSync|exec|spawnSync|popen|shell_exec|passthru|os\.execute|Invoke-Expression|iex)\s*\(\s*[A-Za-z_$@]"
)
_LITERALS = re.compile(_QUOTED, re.DOTALL)
_JS_REMOVE = re.compile(
    rf"\b(?:rmSync|rm|rmdirSync|rimraf|unlinkSync|rm_rf|remove_entry_secure|rmtree|remove_tree|Remove-Item)\s*\(?\s*(?:-Recurse\s*|-Force\s*)*{_QUOTED}",
    re.DOTALL,
)
_OTHER_SENDS = re.compile(
    r"method\s*:\s*[\"'](POST|PUT|PATCH)[\"']|\.(post|put|patch)\(\s*[\"'`]https?:|Net::HTTP\.post|net\.connect|IO::Socket|fsockopen|curl_exec"
)
_ENVIRONMENT = re.compile(
    r"JSON\.stringify\(process\.env\)|console\.log\(process\.env\)|%ENV|ENV\.(to_h|inspect|each)|getenv\(\)|print_r\(\$_ENV"
)


def _in_other(text: str) -> Found:
    collected = _Collected()
    for found in _CALLS.finditer(text):
        collected.scripts.append(found["text"])
    for found in _JS_REMOVE.finditer(text):
        collected.calls.append(("rm", "-rf", found["text"]))
    for value in _literals(text):
        collected.literal(value)
    if _COMPUTED.search(text):
        collected.unread.append("a computed command inside the code")
    if _OTHER_SENDS.search(text):
        collected.deeds.append(Deed(Effect.LEAVES_MACHINE, "the code sends"))
    if _ENVIRONMENT.search(text):
        collected.deeds.append(Deed(Effect.READS_SECRET, "the code reads every variable"))
    return collected.done()


def _literals(text: str) -> Iterator[str]:
    for found in _LITERALS.finditer(text):
        yield found["text"]
