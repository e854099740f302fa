"""Cells of notebooks."""

import pytest

from sidecar.core.understand.found import Collected
from sidecar.core.understand.notebook import without_magic


@pytest.mark.parametrize(
    ("cell", "rest", "scripts", "unread"),
    [
        ("print(1 % 2)", "print(1 % 2)", [], 0),
        ("a = 1\n!ls -l\nb = 2", "a = 1\npass\nb = 2", ["ls -l"], 0),
        ("files = !ls", "pass", ["ls"], 0),
        ("%sx id", "pass", ["id"], 0),
        ("%pip install x", "pass", ["pip install x"], 0),
        ("%matplotlib inline\nplot()", "pass\nplot()", [], 0),
        ("%frobnicate x", "pass", [], 1),
        ("%%bash\nid\nls", "", ["id\nls"], 0),
        ("%%time\n!id", "pass", ["id"], 0),
        ("%%frobnicate\nx", "", [], 1),
    ],
)
def test_what_is_no_python_is_taken_out(cell: str, rest: str, scripts: list[str], unread: int) -> None:
    collected = Collected()
    assert without_magic(cell, collected) == rest
    assert (collected.scripts, len(collected.unread)) == (scripts, unread)


def test_sql_and_files() -> None:
    collected = Collected()
    without_magic("%%sql\nDROP TABLE t", collected)
    without_magic("%sql SELECT 1", collected)
    without_magic("%%writefile a.py\nx", collected)
    assert (collected.statements, collected.calls) == (["DROP TABLE t", "SELECT 1"], [("tee", "a.py")])
