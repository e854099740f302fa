"""How many lines a second `gatehouse mask --jsonl` takes: its start-up is measured alone and left out."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.rig.measure import Scale, middle
from bench.rig.texts import TEXTS

PROGRAM = (sys.executable, "-m", "sidecar.cli.main", "mask", "--jsonl")
CHARACTERS = 200  # a line of a log, or a message


def measure(scale: Scale) -> dict[str, object]:
    rounds, lines = scale.pick((5, 20_000), (1, 400))
    with tempfile.TemporaryDirectory() as folder:
        nothing, clean = Path(folder, "nothing.jsonl"), Path(folder, "clean.jsonl")
        planted = Path(folder, "planted.jsonl")
        nothing.write_text("")
        clean.write_text("".join(_line(number) for number in range(lines)))
        planted.write_text("".join(_line(number, number % 10 == 0) for number in range(lines)))
        started = [_seconds(nothing) for _ in range(rounds)]
        start, start_cpu = middle([one for one, _ in started], 3), middle([one for _, one in started], 3)
        figures: dict[str, object] = {"lines": lines, "characters": CHARACTERS, "start_seconds": start}
        for name, file in (("clean", clean), ("mail_in_every_tenth", planted)):
            runs = [_seconds(file) for _ in range(rounds)]
            figures[name] = {
                "lines_per_second": middle([lines / (seconds - start) for seconds, _ in runs], 0),
                "lines_per_cpu_second": middle([lines / (cpu - start_cpu) for _, cpu in runs], 0),
            }
    return figures


def _line(number: int, planted: bool = False) -> str:
    text = list(TEXTS.values())[number % 3](CHARACTERS, seed=number)
    return json.dumps({"text": f"{text} ada.byron{number}@mill.example.com" if planted else text}) + "\n"


def _seconds(file: Path) -> tuple[float, float]:
    """On the clock, and of CPU."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run((*PROGRAM, str(file)), check=True, stdout=subprocess.DEVNULL)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    return ended - began, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
