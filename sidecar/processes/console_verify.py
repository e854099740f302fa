"""A check of the record in a process of its own: `python -m sidecar.processes.console_verify [CONFIG]`.

Strategy: lines of JSON on standard output, each the whole state so far, the last one with the verdict. So a check of
millions of events takes no time from whoever waits for a page.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sidecar.core.errors import GatehouseError
from sidecar.core.evidence.verdict import Verdict
from sidecar.processes.anchoring import kept
from sidecar.processes.proof import keys_of, source_of
from sidecar.record.check import checked
from sidecar.record.moment import written_at
from sidecar.settings.load import load

STEP = 5_000
SHOWN = 50  # faults: whoever sees so many asks the command line


def main(config: Path | None, say: Callable[[dict[str, object]], None]) -> int:
    """0: it was checked, whatever came out."""
    try:
        settings = load(config)
        keys, anchors = keys_of(settings.state / "keys"), kept(settings)
        source = source_of(settings, spool_only=False)
        total, told = max(1, source.total()), 0

        def progress(done: int) -> None:
            nonlocal told
            if done - told >= STEP:
                told = done
                say({"events": done, "share": min(0.99, done / total)})

        say(ended(checked(source, keys, anchors, progress, written_at(time.time()))))
    except GatehouseError as error:
        say({"trouble": str(error)})
        return 1
    return 0


def ended(verdict: Verdict) -> dict[str, object]:
    return {
        "share": 1.0,
        "events": verdict.events,
        "chains": len(verdict.chains),
        "unsigned": verdict.uncovered,
        "integrity": verdict.integrity,
        "completeness": verdict.completeness,
        "faults": [str(one) for one in verdict.faults[:SHOWN]],
        "left_out": max(0, len(verdict.faults) - SHOWN) + verdict.left_out,
    }


def line(said: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None, line))
