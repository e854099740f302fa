"""`gatehouse demo`: a guided tour that shows each promise being kept, and says so in its exit code.

Rule: 0 every promise was kept, 1 one was not, 130 it was stopped half-way. With --json one document comes at the end.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sidecar.core.errors import needing
from sidecar.processes.demo.page import Page
from sidecar.processes.demo.step import Outcome
from sidecar.settings.environment import environment

INTERRUPTED = 130  # 128 and the number of SIGINT, as a shell says it of any program


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Start a gate of its own, send the real Claude Agent SDK through it to a simulated model, and show each "
        "promise being kept. Nothing leaves this machine, and nothing stays on it."
    )
    parser.add_argument("--json", action="store_true", help="one JSON document at the end, and nothing else")
    parser.add_argument("--keep", action="store_true", help="keep the folder with all that was written, and name it")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="run the tour under rules of your own")
    parser.add_argument(
        "--group", action="append", default=[], metavar="G", help="a group of the tour's caller, for rules of your own"
    )


def run(arguments: argparse.Namespace) -> int:
    with needing("demo", "local,agent"):
        # Only now: no other command needs the SDK.
        from sidecar.processes.demo.stage import played, staged  # noqa: PLC0415
        from sidecar.processes.demo.tour import STEPS, toured  # noqa: PLC0415
    told, began = (Listed() if arguments.json else Told(Page(_colour()), len(STEPS))), time.monotonic()
    with staged(arguments.policy, tuple(arguments.group), keep=arguments.keep) as stage:
        told.opens()
        whole = asyncio.run(played(stage, lambda: toured(stage, STEPS, told)))
    told.closes(time.monotonic() - began, str(stage.folder) if arguments.keep else None, whole=whole)
    if not whole:
        return INTERRUPTED
    return 0 if all(outcome.kept for outcome in told.outcomes) else 1


@dataclass(slots=True)
class Listed:
    """For a script: everything at the end."""

    outcomes: list[Outcome] = field(default_factory=list)

    def opens(self) -> None:
        """Nothing stands before the document."""

    def begins(self, number: int, title: str) -> None:
        """Nor between its parts."""

    def saw(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def closes(self, seconds: float, folder: str | None, *, whole: bool) -> None:
        _say(json.dumps(document(self.outcomes, seconds, folder, whole=whole), indent=2, ensure_ascii=False))


@dataclass(slots=True)
class Told:
    """For a person: each thing as it happens."""

    page: Page
    of: int
    outcomes: list[Outcome] = field(default_factory=list)

    def opens(self) -> None:
        _say(self.page.opening())

    def begins(self, number: int, title: str) -> None:
        _say(self.page.head(number, self.of, title))

    def saw(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        _say(self.page.body(outcome))

    def closes(self, seconds: float, folder: str | None, *, whole: bool) -> None:
        _say(self.page.closing(self.outcomes, seconds) if whole else "Stopped half-way.")
        if folder:
            _say(f"All that was written is in {folder}")


def document(outcomes: list[Outcome], seconds: float, folder: str | None, *, whole: bool) -> dict[str, object]:
    """`kept` is true only for a tour that came to its end and kept every promise."""
    return {
        "kept": whole and bool(outcomes) and all(outcome.kept for outcome in outcomes),
        "whole": whole,
        "seconds": round(seconds, 2),
        "folder": folder,
        "steps": [outcome.as_json() for outcome in outcomes],
    }


def _say(text: str) -> None:
    """A terminal that has no tick gets a question mark, not a traceback."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _colour() -> bool:
    """On a terminal, unless NO_COLOR asks for none (https://no-color.org)."""
    surroundings = environment()
    return sys.stdout.isatty() and not surroundings.get("NO_COLOR") and surroundings.get("TERM") != "dumb"
