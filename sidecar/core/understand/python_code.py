"""Python, parsed: the commands, SQL, paths and requests that stand in it as literals.

Strategy: every call is looked up by its dotted name, after the imports were resolved (`import os as o`,
`from shutil import rmtree as r`, `__import__('os')`). What a call does is said as the command that does the same.

Rules:
- A function that is computed, or loaded from C, can be anything: unknown.
- What is removed in a loop was not counted.
"""

import ast
import re
import sys

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.found import Collected, Found
from sidecar.core.understand.listed import listed
from sidecar.core.understand.notebook import without_magic
from sidecar.core.understand.other_code import wholesale
from sidecar.core.understand.paths import HOLE
from sidecar.core.understand.secret_names import names_secret

_TEXT_OR_LIST = frozenset(
    listed(
        "os.system os.popen subprocess.getoutput subprocess.getstatusoutput commands.getoutput pty.spawn subprocess.run"
        " subprocess.call subprocess.Popen subprocess.check_call subprocess.check_output"
        " asyncio.create_subprocess_shell asyncio.subprocess.create_subprocess_shell"
    )
)
_EACH_ARGUMENT = re.compile(r"os\.(execl|execlp|execle|execlpe)$|asyncio\.(subprocess\.)?create_subprocess_exec$")
_SECOND_IS_LIST = re.compile(r"os\.(execv|execvp|execve|execvpe)$")
_THIRD_IS_LIST = re.compile(r"os\.(spawn\w+|posix_spawnp?)$")
# The command that does the same; the arguments follow it.
_LIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("os.remove", "os.unlink", "Path.unlink"), ("rm", "-f")),
    **dict.fromkeys(("shutil.rmtree", "os.removedirs"), ("rm", "-rf")),
    **dict.fromkeys(("os.rmdir", "Path.rmdir"), ("rmdir",)),
    **dict.fromkeys(("os.rename", "os.replace", "shutil.move", "Path.rename", "Path.replace"), ("mv",)),
    **dict.fromkeys(listed("shutil.copy shutil.copy2 shutil.copyfile shutil.copytree"), ("cp", "-r")),
    **dict.fromkeys(("Path.write_text", "Path.write_bytes"), ("tee",)),
    **dict.fromkeys(("Path.read_text", "Path.read_bytes"), ("cat",)),
    "os.truncate": ("truncate", "-s", "0"),
    "Path.chmod": ("chmod", "777"),
}
_SENDS = re.compile(
    r"(requests|httpx|session|client|s|aiohttp)\.(post|put|patch)$|^(requests|httpx)\.request$|\.sendall$|\.sendmail$"
    r"|^socket\.create_connection$|smtplib\.SMTP(_SSL)?$|ftplib\.FTP$|\.(put_object|upload_file|upload_fileobj)$"
    r"|^http\.client\.HTTPS?Connection$"
)
_BUCKET = re.compile(r"(s3a?|gs|az|abfss?|wasbs?|hdfs|sftp|ftp|oss)://")
_SAVES = re.compile(r"(^|\.)(to_|save|write|upload|put|copy|export|sync|dump)\w*$")
# The text is a command for another machine or a container.
_ELSEWHERE = frozenset(listed("exec_command exec_run sudo run_command send_command sendline execute_command"))
_DYNAMIC = frozenset(listed("eval exec compile marshal.loads pickle.loads runpy.run_path runpy.run_module"))
_TAKES = frozenset(listed("delete drop destroy purge terminate truncate remove_all delete_all"))
MOST_LINKS = 40  # of a chain of calls
# Libraries that only work on values and files.
_TAME = sys.stdlib_module_names | frozenset(
    listed(
        "pandas numpy polars pyarrow matplotlib seaborn plotly scipy sklearn torch tensorflow networkx PIL cv2 bs4 lxml"
        " xarray dask sympy statsmodels openpyxl docx rich tqdm pytest yaml toml pydantic shapely geopandas nltk spacy"
    )
)
COMPUTED = "getattr()"  # an attribute whose name is not known
_NAMES = ("__dict__", "__builtins__")  # what stands in these by name is a function like another
_FOREIGN = ("ctypes.", "cffi.")
_SQL_CALLS = frozenset(listed("execute executemany executescript raw read_sql read_sql_query text"))
_SHOWS = frozenset(listed("print pprint.pprint pprint json.dumps dict str sys.stdout.write repr"))
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def in_python(text: str) -> Found | None:
    """Nothing, where it is not Python."""
    collected = Collected()
    try:
        tree = ast.parse(without_magic(text, collected))
        return _Reader(tree, collected).collected.done()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    def __init__(self, tree: ast.Module, collected: Collected) -> None:
        self.collected = collected
        self.known: dict[str, str] = {}
        self.imported: dict[str, str] = {}
        self.made: dict[str, ast.expr] = {}
        self.texts: dict[str, str] = {}
        if wholesale(ast.unparse(tree)):
            self.collected.does(Effect.DESTROYS_DATA, "the code takes rows away")
        nodes = list(ast.walk(tree))
        for node in nodes:
            self._imported(node)
        looped = {id(inner) for node in nodes if isinstance(node, _LOOPS) for inner in ast.walk(node)}
        for node in nodes:
            if isinstance(node, ast.Call):
                self._call(node, id(node) in looped)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.collected.literal(node.value)
            elif isinstance(node, ast.Attribute) and self._dotted(node) == "os.environ":
                self.collected.does(Effect.READS, "reads the environment")

    def _imported(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            for one in node.names:
                self.imported[one.asname or one.name.partition(".")[0]] = (module or one.name).partition(".")[0]
        if isinstance(node, ast.Import):
            self.known.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            self.known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = self._dotted(node.value)
            self.made.setdefault(node.targets[0].id, node.value)
            if text := _text(node.value) or _filled(node.value):
                self.texts[node.targets[0].id] = text
            if ("." in name and "(" not in name) or name == COMPUTED or isinstance(node.value, ast.Name):
                self.known[node.targets[0].id] = name

    def _dotted(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self.known.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self._dotted(node.value)}.{node.attr}"
        if isinstance(node, ast.Subscript) and self._dotted(node.value).endswith(_NAMES):
            return COMPUTED
        if isinstance(node, ast.Call):
            return self._made(node)
        return "()"

    def _made(self, node: ast.Call) -> str:
        """`__import__('os')` is os; `Path('x')` and what hangs on it is a path."""
        name = self._dotted(node.func)
        if name in {"__import__", "importlib.import_module"} and node.args:
            return _text(node.args[0]) or "()"
        if name == "getattr" and len(node.args) > 1:
            attribute = _text(node.args[1])
            return f"{self._dotted(node.args[0])}.{attribute}" if attribute else COMPUTED
        if name in {"vars", "globals", "locals"}:
            return f"{name}.__dict__"
        if name in {"get_ipython", "IPython.get_ipython"}:
            return "get_ipython()"
        return "Path" if name in {"Path", "pathlib.Path"} else "()"

    def _call(self, node: ast.Call, looped: bool) -> None:
        name = self._dotted(node.func)
        found = self.collected
        self._handed(node)
        like = _LIKE.get(name) or (_LIKE.get("Path.unlink") if name.endswith(".unlink") else None)
        if name in _TEXT_OR_LIST:
            self._started(name, node.args[0] if node.args else None)
        elif _EACH_ARGUMENT.search(name):
            words = node.args[:1] + node.args[2:] if name.startswith("os.") else node.args
            found.calls.append(tuple(_text(word) or HOLE for word in words))
        elif _SECOND_IS_LIST.search(name) or _THIRD_IS_LIST.search(name):
            at = 1 if _SECOND_IS_LIST.search(name) else 2
            self._started(name, node.args[at] if len(node.args) > at else None)
        elif like is not None:
            self._like(like, node, looped)
        elif name in _DYNAMIC or name.startswith((*_FOREIGN, COMPUTED)):
            found.unread.append(f"{name} runs what is not seen")
        elif name.rpartition(".")[2] in _ELSEWHERE:
            self._started(name, node.args[0] if node.args else None)
        elif name.rpartition(".")[2] in _TAKES and self._of_client(node.func):
            found.does(Effect.DESTROYS_DATA, f"{name} takes away what a service keeps")
        elif name.startswith("get_ipython()"):
            self._magic(name, node)
        elif self._sends(name, node):
            found.does(Effect.LEAVES_MACHINE, f"{name} sends", *_hosts(node))
        elif name.rpartition(".")[2] in _SQL_CALLS:
            self._sql(node)
        else:
            self._rest(name, node)

    def _said(self, node: ast.expr) -> str | None:
        """A literal, a name that stands for one, or an f-string."""
        named = self.texts.get(node.id) if isinstance(node, ast.Name) else None
        return named or _text(node) or _filled(node)

    def _of_client(self, node: ast.expr) -> bool:
        """What it hangs on came out of a library that speaks to a service."""
        for _ in range(MOST_LINKS):
            if isinstance(node, ast.Attribute | ast.Subscript | ast.Await):
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, ast.Name) and node.id in self.made:
                node = self.made[node.id]
            else:
                break
        root = self.imported.get(node.id, "") if isinstance(node, ast.Name) else ""
        return bool(root) and root not in _TAME

    def _magic(self, name: str, node: ast.Call) -> None:
        """`get_ipython().system('…')`, `….run_line_magic('sx', '…')`."""
        texts = [_text(one) or HOLE for one in node.args]
        if name.endswith((".system", ".getoutput", ".getoutputs")):
            self._started(name, node.args[0] if node.args else None)
        elif name.endswith("line_magic") and HOLE not in texts:
            without_magic(f"%{' '.join(texts)}", self.collected)
        else:
            self.collected.unread.append(f"{name} runs what is not seen")

    def _handed(self, node: ast.Call) -> None:
        """`map(os.remove, names)`: a function that somebody else calls, who knows how often."""
        for one in node.args:
            name = self._dotted(one) if isinstance(one, ast.Name | ast.Attribute) else ""
            if _LIKE.get(name, ("",))[0] == "rm":
                self.collected.does(Effect.DESTROYS_DATA, f"{name} of each, and nobody counted")
            elif name in _TEXT_OR_LIST or name in _DYNAMIC:
                self.collected.unread.append(f"{name} runs what is not seen")

    def _rest(self, name: str, node: ast.Call) -> None:
        texts = [_text(argument) or HOLE for argument in node.args]
        if name == "open" and len(texts) > 1 and set(texts[1]) & set("wax+"):
            self.collected.calls.append(("tee", *(("-a",) if "a" in texts[1] else ()), texts[0]))
        elif name == "os.kill" and node.args and ast.unparse(node.args[0]) in {"-1", "0"}:
            self.collected.calls.append(("kill", "-9", "-1"))
        elif name == "os.chmod" and len(node.args) > 1:
            mode = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
            self.collected.calls.append(("chmod", f"{mode:o}" if isinstance(mode, int) else HOLE, texts[0]))
        elif name in _SHOWS and any(map(self._secret, node.args)):
            self.collected.does(Effect.READS_SECRET, f"{name} of a variable that holds a secret")

    def _secret(self, node: ast.AST) -> bool:
        """`os.environ` as a whole, or one of its names that says what it holds."""
        if isinstance(node, ast.Subscript) and self._dotted(node.value) == "os.environ":
            return names_secret(_text(node.slice) or HOLE)
        if isinstance(node, ast.Call) and self._dotted(node.func) in {"os.getenv", "os.environ.get"}:
            return bool(node.args) and names_secret(_text(node.args[0]) or HOLE)
        if isinstance(node, ast.Name | ast.Attribute) and self._dotted(node) == "os.environ":
            return True
        return any(self._secret(inner) for inner in ast.iter_child_nodes(node))

    def _started(self, name: str, first: ast.expr | None) -> None:
        text = _text(first)
        if text is not None:
            self.collected.scripts.append(text)
            return
        words = [_text(item) for item in first.elts] if isinstance(first, ast.List | ast.Tuple) else []
        if words and words[0] is not None:
            self.collected.calls.append(tuple(HOLE if word is None else word for word in words))
        else:
            self.collected.unread.append(f"{name} runs a computed command")

    def _like(self, like: tuple[str, ...], node: ast.Call, looped: bool) -> None:
        own = node.func.value if isinstance(node.func, ast.Attribute) else None
        subject = own.args[:1] if isinstance(own, ast.Call) and self._dotted(own) == "Path" else None
        arguments = subject if subject is not None and like[0] in {"tee", "cat"} else [*(subject or []), *node.args]
        words = [_text(one) or HOLE for one in arguments] or [HOLE]
        self.collected.calls.append((*like, *words))
        if looped and like[0] == "rm" and HOLE in words:
            self.collected.does(Effect.DESTROYS_DATA, "removes in a loop what nobody counted")

    def _sends(self, name: str, node: ast.Call) -> bool:
        if name.endswith(("urlopen", "urllib.request.Request")):
            return (
                len(node.args) > 1
                or any(one.arg == "data" for one in node.keywords)
                or not node.args
                or _text(node.args[0]) is None
            )
        if any((text := _text(one)) and _BUCKET.match(text) for one in node.args) and _SAVES.search(name):
            return True
        connects = (
            name.endswith((".connect", ".connect_ex")) and bool(node.args) and isinstance(node.args[0], ast.Tuple)
        )
        return (
            connects
            or _SENDS.search(name) is not None
            or (name in {"requests.get", "httpx.get"} and bool(node.args) and _text(node.args[0]) is None)
        )

    def _sql(self, node: ast.Call) -> None:
        text = self._said(node.args[0]) if node.args else None
        if text is not None and " " in text.strip():
            self.collected.statements.append(text)


def _filled(node: ast.expr) -> str | None:
    """SQL in an f-string: what is put in is a value or a name."""
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "x1" for one in node.values)


def _hosts(node: ast.Call) -> list[Object]:
    texts = [text for argument in node.args if (text := _text(argument)) and "://" in text]
    return [Object(Thing.HOST, text.split("://", 1)[1].partition("/")[0].rpartition("@")[2]) for text in texts]


def _text(node: ast.expr | None) -> str | None:
    """A literal, or literals that are put together."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return left + right if left is not None and right is not None else None
    return None
