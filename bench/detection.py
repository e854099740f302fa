"""How well detection does on a labelled corpus: precision and recall by kind, as JSON.

Run: `python -m bench.detection CORPUS`, or set GATEHOUSE_CORPUS. A corpus has one JSON object a line (plain or gzip):
`text`, `expect` (should something be found), `spans` (code points, end exclusive), `kind`, `family` (secret or pii).

Rules: a text counts as found if every labelled span is covered by half or more. A text that expects nothing is a false
alarm if any detector of its own family finds something.
"""

import gzip
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled

Row = dict[str, object]


def read(path: Path) -> Iterator[Row]:
    """The rows of a corpus."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        yield from map(json.loads, lines)


def covered(compiled: Compiled, text: str, family: str) -> set[int]:
    """The code points of a text that the detectors of a family cover."""
    data = text.encode()
    points: set[int] = set()
    for match in compiled.scan(data):
        if match.detector.startswith(f"{family}/"):
            start = len(data[: match.start].decode())
            points.update(range(start, start + len(data[match.start : match.end].decode())))
    return points


def judged(row: Row, points: set[int]) -> str:
    """`hit`, `miss`, `alarm` or `quiet`."""
    spans = row.get("spans") or []
    if not isinstance(spans, list):
        raise TypeError("spans is no list")
    if not row["expect"]:
        return "alarm" if points else "quiet"
    whole = all(2 * sum(point in points for point in range(start, end)) >= end - start for start, end in spans)
    return "hit" if points and whole else "miss"


def measure(rows: Iterator[Row]) -> dict[str, object]:
    """Counts, precision and recall over all and by kind."""
    compiled = Compiled(builtin())
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        outcome = judged(row, covered(compiled, str(row["text"]), str(row["family"])))
        for name in ("all", f"family {row['family']}", str(row["kind"])):
            kind = counts.setdefault(name, dict.fromkeys(("hit", "miss", "alarm", "quiet"), 0))
            kind[outcome] += 1
    return {name: {**kind, **_rates(kind)} for name, kind in sorted(counts.items())}


def _rates(kind: dict[str, int]) -> dict[str, float | None]:
    found, due = kind["hit"] + kind["alarm"], kind["hit"] + kind["miss"]
    return {
        "precision": round(kind["hit"] / found, 4) if found else None,
        "recall": round(kind["hit"] / due, 4) if due else None,
    }


def main(arguments: list[str]) -> int:
    path = arguments[0] if arguments else os.environ.get("GATEHOUSE_CORPUS")
    if path is None:
        print("name a corpus: python -m bench.detection FILE", file=sys.stderr)
        return 2
    print(json.dumps(measure(read(Path(path))), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
