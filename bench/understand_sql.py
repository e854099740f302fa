"""What understanding SQL costs: every ordinary statement of the labelled set, by dialect; and texts made to be costly.

Rules: processor time of one call, warm; `large` and `hostile` texts are answered or refused, and the figure is how long
that takes. Texts longer than the limit are refused before they are read.
"""

from collections.abc import Mapping
from pathlib import Path
from time import process_time

import yaml

from bench.rig.machine import busyness
from bench.rig.measure import Scale, settled, spread
from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.guess import likely, readings
from sidecar.core.understand.sql.read import MAX_TEXT, sql

CASES = Path(__file__).parents[1] / "tests" / "cases" / "understand" / "sql"
LARGE = {
    "script_of_1_mb": "INSERT INTO t VALUES (1, 'abc');\n" * 31_000,
    "script_of_10_kb": "INSERT INTO t (a, b) VALUES (1, 'abc');\n" * 250,
    "rows_of_20_kb": "INSERT INTO t VALUES (0)" + ", (1, 'abc')" * 1600,
    "thousand_rows_of_200_kb": "INSERT INTO t VALUES (0, 'a', NULL)" + f", (1, '{'abc' * 60}', NULL)" * 1000,
    "list_of_5000_keys": "DELETE FROM t WHERE id IN (0" + ", 1234" * 5000 + ")",
    "query_of_2_kb": "SELECT a" + ", column_1" * 160 + " FROM t",
}
HOSTILE = {
    "short_statements": "SELECT a FROM b;\n" * (MAX_TEXT // 17),
    "drops": "drop table a " * (MAX_TEXT // 13),
    "brackets": "f(" * (MAX_TEXT // 2),
    "dollars": "$a$ " * (MAX_TEXT // 4),
    "dashes": "-" * MAX_TEXT,
    "arrays": "SELECT " + "array[" * 50,
    "conditions": "SELECT 1 WHERE " + "a=1 AND " * (MAX_TEXT // 9),
    "conditions_to_work_out": "DELETE FROM t WHERE id % 700 IN (" + ", ".join(map(str, range(700))) + ")",  # noqa: S608
    "distinct_deletes": "".join(f"DELETE FROM t{n} WHERE a = {n} OR b > {n};" for n in range(3000)),  # noqa: S608
    "distinct_failures": "".join(f"SELECT a{n} FROM FROM b;" for n in range(3000)),  # noqa: S608
    "open_brackets": "SELECT " + "[a" * 15_000,
    "texts_in_texts": "".join(f"EXEC('select a{n} from b where c={n}');" for n in range(800)),  # noqa: S608
    "queries_in_queries": ("SELECT * FROM " + "(SELECT * FROM " * 20 + "t" + ")" * 20 + ";") * 80,
    "comments": "/**/" * (MAX_TEXT // 4),
    "dialects_differ": "SELECT a FROM b WHERE c = '\\\\' # x\n;" * 150,
}


def measure(scale: Scale) -> Mapping[str, object]:
    rounds = scale.pick(20, 1)
    ordinary = {dialect: texts[:: scale.pick(1, 8)] for dialect, texts in _by_dialect().items()}
    times = {dialect: _times(texts, rounds) for dialect, texts in ordinary.items()}
    return {
        "ordinary_ms": {
            "statements": sum(map(len, ordinary.values())),
            **spread([one for found in times.values() for one in found], 3),
            **{f"{dialect}_p99": spread(found, 3)["p99"] for dialect, found in times.items()},
        },
        "large_ms": {name: round(max(_times([text], scale.pick(5, 1))), 1) for name, text in LARGE.items()},
        "large_refused": [name for name, text in LARGE.items() if Effect.UNKNOWN in sql(text).effects],
        "hostile_ms": (hostile := {name: round(max(_times([text], 1)), 1) for name, text in HOSTILE.items()}),
        "hostile_worst_ms": max(hostile.values()),
        "hostile_worst_to_yardstick": round(max(hostile.values()) / busyness()["yardstick_ms"], 1),
    }


def _by_dialect() -> dict[str, list[str]]:
    """The statements of the labelled set, by the dialect that they look like; nobody says it to `sql` either."""
    found: dict[str, list[str]] = {}
    for file in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text()):
            text = case["input"]
            found.setdefault(likely(readings(text, None)[0][0].tokens, text)[0], []).append(text)
    return found


def _times(texts: list[str], rounds: int) -> list[float]:
    """Milliseconds of each call but the first ones."""
    for text in texts:
        sql(text)
    with settled():
        return [_milliseconds(text) for _ in range(rounds) for text in texts]


def _milliseconds(text: str) -> float:
    began = process_time()
    sql(text)
    return (process_time() - began) * 1000
