"""Golden files: what the chart renders for each set in `k8s/chart/ci`, for reviewers to see what a change does.

Run `.venv/bin/python -m tests.k8s.golden` after a change that is meant, and look at the difference.
"""

import sys
from pathlib import Path

from tests.k8s.rig import ROOT, SETS, files, values

GOLDEN = ROOT / "tests" / "cases" / "k8s"
# Long texts that have a file and tests of their own.
APART = ("monitoring.yaml", "policies.yaml")


def golden(name: str) -> str:
    """The manifests of a set as one text."""
    kept = {path: text for path, text in files(values(name)).items() if not path.endswith(APART) and text.strip()}
    parts = [f"# {path}\n{_tidy(text)}" for path, text in kept.items()]
    return "\n---\n".join(parts) + "\n"


def _tidy(text: str) -> str:
    """Without blank lines and spaces at the end of lines, which templates leave here and there."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()).removeprefix("---\n")


def path_of(name: str) -> Path:
    return GOLDEN / f"{name}.yaml"


def main() -> int:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        path_of(name).write_text(golden(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
