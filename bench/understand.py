"""What understanding a tool call costs: ordinary shell commands and SQL, and texts made to cost as much as they can.

Rules: ordinary means the labelled commands and statements that the tests hold. All in processor time, so that a busy
machine does not matter. A first pass is not measured: it builds what is built once.
"""

from collections.abc import Callable
from pathlib import Path

from bench.rig.measure import Scale, cpu, settled, spread
from sidecar.core.model.document import read_yaml
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.sql.read import sql
from sidecar.core.understand.understand import understand

CASES = Path(__file__).parent.parent / "tests" / "cases" / "understand"
MEGABYTE = 1_000_000
HOSTILE_SIZE = 24_000  # no person types a longer command


def _large(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


HOSTILE: dict[str, str] = {
    "commands": "echo hi; ",
    "open_brackets": "(",
    "closed_brackets": ")",
    "pipes": "a|",
    "substitutions": "$(",
    "doubling": "x=$x$x;",
    "functions": "f(){ f;f;};",
    "here_documents": "&&<<E",
    "quotes": "\"'",
    "programs_in_other_languages": "psql -c 'delete from t where a=1 or b=2'; python -c 'import os; os.remove(1)';",
    "redirections": "ls >a >b ",
    "words": "rm a* b ",
    "doubled_files": "echo a >> f; cat f f > g; mv g f; ",
    "parameters": "echo ${a:-{b,c}} $(ls); ",
}


def measure(scale: Scale) -> dict[str, object]:
    rounds, megabyte = scale.pick((5, MEGABYTE), (1, MEGABYTE // 10))
    every = scale.pick(1, 8)  # of so many texts one
    document = "cat > x <<'E'\n" + _large("a line of it | here\n", 90_000) + "\nE\n"
    return {
        "shell_ms": _ordinary(shell, _texts("shell")[::every], rounds),
        "sql_ms": _ordinary(sql, _texts("sql")[::every], rounds),
        "here_document_of_90_kb_ms": _milliseconds(shell, document),
        "hostile_ms": {name: _milliseconds(shell, _large(unit, HOSTILE_SIZE)) for name, unit in HOSTILE.items()},
        "megabyte_ms": {name: _milliseconds(shell, _large(unit, megabyte)) for name, unit in HOSTILE.items()},
        "file_of_5_mb_ms": _milliseconds(_written, "x" * 5 * megabyte),
    }


def _written(content: str) -> object:
    return understand("Write", {"file_path": "a.txt", "content": content})


def _texts(kind: str) -> list[str]:
    found = []
    for path in sorted((CASES / kind).glob("*.yaml")):
        written = read_yaml(path.read_text(), path.name).value
        found += [str(case["input"]) for case in written] if isinstance(written, list) else []
    return found


def _ordinary(read: Callable[[str], object], texts: list[str], rounds: int) -> dict[str, float]:
    """Of each text the time it takes, over all rounds."""
    for text in texts:
        read(text)
    with settled():
        costs = [_milliseconds(read, text) for _ in range(rounds) for text in texts]
    return {"texts": len(texts), **spread(costs, 3)}


def _milliseconds(read: Callable[[str], object], text: str) -> float:
    return round(cpu(lambda: read(text)) * 1000, 3)
