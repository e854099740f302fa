"""The rules of this house that no other tool checks. Run: `.venv/bin/python tests/house.py`.

Strategy: every rule is a function from the tree (path -> text of every file that is or would be committed) to
complaints, so that a test can give it a small tree that breaks one rule. Code is read as a syntax tree: a word in a
comment or a string is not a use.
"""

import ast
import configparser
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
Tree = Mapping[str, str]
LONGEST_FILE = 300
FORBIDDEN_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"})
CODE = ("sidecar/", "tests/", "bench/", "proto/")


def committed(root: Path) -> dict[str, str]:
    """Every text file that git knows or would take."""
    listed = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, check=True, timeout=60).stdout.decode().split("\0")
    tree = {}
    for name in filter(None, names):
        path = root / name
        raw = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in raw[:8192]:
            tree[name] = raw.decode("utf-8", "replace")
    return tree


def _python(tree: Tree, *under: str) -> Iterator[tuple[str, str]]:
    """Hand-written Python files."""
    for name, text in tree.items():
        if name.endswith(".py") and name.startswith(under or CODE) and "/gen/" not in name:
            yield name, text


def _modules(tree: Tree) -> Iterator[str]:
    for name, _ in _python(tree, "sidecar/"):
        if PurePosixPath(name).name != "__init__.py":
            yield name


def short_files(tree: Tree) -> Iterator[str]:
    for name, text in _python(tree):
        lines = len(text.splitlines())
        if lines > LONGEST_FILE:
            yield f"{name}: {lines} lines; {LONGEST_FILE} are the most"


def every_module_has_its_test(tree: Tree) -> Iterator[str]:
    """But one that only declares: without a function there is nothing that a test of its own could see fail."""
    for name in _modules(tree):
        if not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(_parsed(tree[name]))):
            continue
        path = PurePosixPath(name).relative_to("sidecar")
        test = f"tests/unit/{path.with_name(f'test_{path.name}')}"
        if test not in tree:
            yield f"{name}: has no test file {test}"


def plain_names(tree: Tree) -> Iterator[str]:
    for name in tree:
        parts = {part.partition(".")[0] for part in PurePosixPath(name).parts}
        for bad in sorted(parts & FORBIDDEN_NAMES if name.startswith(CODE) else ()):
            yield f"{name}: {bad!r} says nothing; name it for what it holds or does"


def packages_hold_a_docstring(tree: Tree) -> Iterator[str]:
    for name, text in _python(tree):
        if PurePosixPath(name).name != "__init__.py":
            continue
        if name.startswith("tests/"):
            yield f"{name}: tests are imported by path; they have no packages"
        elif not _only_a_docstring(text):
            yield f"{name}: a package's __init__.py holds one docstring and nothing else"


def _only_a_docstring(text: str) -> bool:
    module = _parsed(text)
    return len(module.body) == 1 and ast.get_docstring(module) is not None


def every_module_begins_with_what_it_is(tree: Tree) -> Iterator[str]:
    for name, text in _python(tree, "sidecar/"):
        if ast.get_docstring(_parsed(text)) is None:
            yield f"{name}: the first line says in a sentence what the file is"


def placed_in_the_import_contracts(tree: Tree) -> Iterator[str]:
    contracts = configparser.ConfigParser()
    contracts.read_string(tree[".importlinter"])
    for section, folder in (("layers", "sidecar"), ("core", "sidecar/core")):
        layers = contracts[f"importlinter:contract:{section}"]["layers"]
        placed = {word.rpartition(".")[2] for word in re.findall(r"[\w.]+", layers)}
        depth = folder.count("/") + 1
        found = {
            PurePosixPath(name).parts[depth].removesuffix(".py")
            for name in _modules(tree)
            if name.startswith(f"{folder}/")
        }
        for name in sorted(found - placed):
            yield f"{folder}/{name}: nobody placed it in the layers of .importlinter"


# What only some files may touch: the dotted names, who may, and why.
_ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.putenv")
_LOADERS = "load load_all safe_load safe_load_all full_load unsafe_load compose compose_all parse scan"
_YAML = tuple(f"yaml.{name}" for name in _LOADERS.split())
BORDERS: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (_ENVIRONMENT, ("sidecar/settings/",), "settings alone read the environment"),
    (("clickhouse_connect", "chdb"), ("sidecar/record/",), "the database belongs to record"),
    (("sqlite3",), ("sidecar/record/", "sidecar/control/"), "SQLite belongs to record and control"),
    (_YAML, ("sidecar/core/model/document.py",), "YAML is read by one loader"),
)


def borders(tree: Tree) -> Iterator[str]:
    for name, text in _python(tree, "sidecar/"):
        for used, line in _used(text):
            for words, allowed, why in BORDERS:
                if _is_one_of(used, words) and not name.startswith(allowed):
                    yield f"{name}:{line}: {used}: {why}"


UNIT_BANS = ("unittest.mock", "mock.patch", "time.sleep", "asyncio.sleep")
TEST_BANS = (
    "pytest.skip",
    "pytest.xfail",
    "pytest.importorskip",
    *(f"pytest.mark.{m}" for m in ("skip", "skipif", "xfail")),
)


def honest_tests(tree: Tree) -> Iterator[str]:
    for name, text in _python(tree, "tests/"):
        for used, line in _used(text):
            if _is_one_of(used, TEST_BANS):
                yield f"{name}:{line}: {used}: a test that does not run tests nothing"
            elif name.startswith("tests/unit/") and _is_one_of(used, UNIT_BANS):
                yield f"{name}:{line}: {used}: unit tests use real objects and do not sleep"


def limited_waits(tree: Tree) -> Iterator[str]:
    """A test that waits for ever holds up everything, and nobody learns why."""
    for name, text in _python(tree, "tests/"):
        calls = [node for node in ast.walk(_parsed(text)) if isinstance(node, ast.Await | ast.Call)]
        # What an event loop waits for: `asyncio.timeout`, or the limit of each test, reaches it.
        inner = {id(one) for node in calls for one in (node.args if isinstance(node, ast.Call) else [node.value])}
        for node in calls:
            if isinstance(node, ast.Call) and id(node) not in inner and (said := _endless(node)):
                yield f"{name}:{node.lineno}: {said} waits without a limit: give it one"


def _endless(call: ast.Call) -> str:
    given = {one.arg for one in call.keywords}
    match call:
        case ast.Call(func=ast.Attribute(attr="join" | "wait" as what), args=[], keywords=[]):
            return what
        case ast.Call(func=ast.Attribute(value=ast.Name("subprocess"), attr="run" | "check_output" as what)):
            return "" if given & {"timeout", None} else f"subprocess.{what}"
    return ""


def _is_one_of(used: str, words: tuple[str, ...]) -> bool:
    return any(used == word or used.startswith(f"{word}.") for word in words)


def _used(text: str) -> Iterator[tuple[str, int]]:
    """Dotted names that a file imports, or uses through what it imported."""
    module = _parsed(text)
    real: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.name.partition(".")[0]
                real[alias.asname or local] = alias.name if alias.asname else local
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                real[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield f"{node.module}.{alias.name}", node.lineno
    yield from _uses(module, real)


def _uses(node: ast.AST, real: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Call) and _only_gives_way(node):
        return
    if isinstance(node, ast.Attribute):
        first, *rest = _dotted(node)
        if first in real:
            yield ".".join((real[first], *rest)), node.lineno
            return
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, real)


def _dotted(node: ast.expr) -> tuple[str, ...]:
    """`a.b.c` as its parts; of anything else nothing that was imported."""
    if isinstance(node, ast.Attribute):
        return (*_dotted(node.value), node.attr)
    return (node.id,) if isinstance(node, ast.Name) else ("",)


def _only_gives_way(call: ast.Call) -> bool:
    """`asyncio.sleep(0)` lets others run and does not sleep."""
    match call:
        case ast.Call(func=ast.Attribute(attr="sleep"), args=[ast.Constant(value=0)]):
            return True
    return False


@cache
def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])  # ruff says it better


def nothing_of_this_machine(tree: Tree) -> Iterator[str]:
    words = _of_this_machine(ROOT, os.environ)
    found = re.compile("|".join((_REGISTRY, *map(re.escape, words))))
    for name, text in tree.items():
        for match in found.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: names a path or a package registry of one machine"


_REGISTRY = r"--(extra-)?index-url[ =]|--trusted-[h]ost|--find-links[ =]|(https?|file)://[^\s\"']+/simple\b"
# Folders that many machines have: a clone right below them says nothing about this one.
_EVERYWHERE = frozenset(
    {"/", "/app", "/build", "/github/workspace", "/home", "/opt", "/root", "/src", "/srv", "/tmp", "/usr", "/var"}
)


def _of_this_machine(root: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Where this clone and its neighbours lie, and where this machine's packages come from."""
    folders = [f"{folder}/" for folder in (root, root.parent) if str(folder) not in _EVERYWHERE]
    wheels = environ.get("PIP_FIND_LINKS", "").split()
    return (*folders, *(place for place in wheels if len(place) > 4))


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    short_files,
    every_module_has_its_test,
    plain_names,
    packages_hold_a_docstring,
    every_module_begins_with_what_it_is,
    placed_in_the_import_contracts,
    borders,
    honest_tests,
    limited_waits,
    nothing_of_this_machine,
)


def complaints(tree: Tree) -> list[str]:
    return [said for rule in RULES for said in rule(tree)]


def main() -> int:
    said = complaints(committed(ROOT))
    sys.stdout.write("".join(f"{one}\n" for one in said))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
