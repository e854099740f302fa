"""What the tour looks like in a terminal: plain lines, with colour where it is wanted."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sidecar.processes.demo.step import Check, Outcome, Shown

WIDTH = 92
LABEL = 16
INDENT = "       "
LONGEST = 420  # characters of one thing shown; more is no longer read
CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32"}


@dataclass(frozen=True, slots=True)
class Page:
    """`colour`: the terminal understands it and nobody asked for none."""

    colour: bool

    def opening(self) -> str:
        text = "The real Claude Agent SDK and the real gate; only the model behind it is simulated."
        return f"{self._paint('bold', 'Gatehouse, a guided tour')}\n{text}\nStarting ...\n"

    def head(self, number: int, of: int, title: str) -> str:
        return self._paint("bold", f"{number:2}/{of}  {title}")

    def body(self, outcome: Outcome) -> str:
        lines: list[str] = []
        for shown in outcome.seen.shown:
            lines += self._shown(shown)
        lines += [self._check(check) for check in outcome.seen.checks]
        return "\n".join(lines) + "\n"

    def closing(self, outcomes: Sequence[Outcome], seconds: float) -> str:
        broken = [outcome for outcome in outcomes if not outcome.kept]
        if not broken:
            return self._paint("green", f"All {len(outcomes)} promises were kept. {seconds:.0f} s.")
        names = "; ".join(f"{outcome.number} {outcome.title}" for outcome in broken)
        return self._paint("red", f"{len(broken)} of {len(outcomes)} promises were NOT kept: {names}.")

    def _shown(self, shown: Shown) -> Iterator[str]:
        text = shown.text if len(shown.text) <= LONGEST else f"{shown.text[:LONGEST]} …"
        rows = [row for line in text.splitlines() or [""] for row in _wrapped(line, LABEL) or [""]]
        for at, row in enumerate(rows):
            label = self._paint("dim", f"{shown.label if at == 0 else '':{LABEL}}")
            yield f"{INDENT}{label}{row}"

    def _check(self, check: Check) -> str:
        mark = self._paint("green", "✓") if check.kept else self._paint("red", "✗")
        rows = _wrapped(check.says if check.kept else f"NOT KEPT: {check.says}", 2)
        return f"{INDENT}{mark} " + f"\n{INDENT}  ".join(rows)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{CODES[code]}m{text}\x1b[0m" if self.colour else text


def _wrapped(text: str, margin: int) -> list[str]:
    """Never at a hyphen: names of rules, headers and detectors stay whole."""
    return textwrap.wrap(text, WIDTH - len(INDENT) - margin, break_on_hyphens=False)
