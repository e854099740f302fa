"""How fast ordinary text is scanned with every detector, in this process and warm: what one core does in a second.

`suspects` is the one pass over a text that finds nothing in it, as nearly every text is; `scan` is the whole.
"""

from collections.abc import Callable

from bench.rig.measure import Scale, cpu, middle
from bench.rig.texts import TEXTS
from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled

CHARACTERS = 400_000
# As long as a paragraph, a tool's result, a file.
SIZES = (500, 5_000, 50_000)


def measure(scale: Scale) -> dict[str, object]:
    detectors = builtin()
    compiled = Compiled(detectors)
    warming = cpu(compiled.warm)
    characters, rounds = scale.pick((CHARACTERS, 15), (50_000, 2))
    return {
        "detectors": len(detectors),
        "compile_seconds": round(cpu(lambda: Compiled(detectors)), 3),
        "warm_seconds": round(warming, 3),
        **{kind: _figures(compiled, text(characters).encode(), rounds) for kind, text in TEXTS.items()},
    }


def _figures(compiled: Compiled, text: bytes, rounds: int) -> dict[str, object]:
    def speed(size: int, work: Callable[[bytes], object]) -> float:
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        cpu(lambda: [work(piece) for piece in pieces])
        seconds = [cpu(lambda: [work(piece) for piece in pieces]) for _ in range(rounds)]
        return middle([len(text) / one / 1e6 for one in seconds], 1)

    return {
        "found": len(compiled.scan(text)),
        "suspects_mb_per_second": {f"in_{size}_bytes": speed(size, compiled.suspects) for size in SIZES},
        "scan_mb_per_second": {f"in_{size}_bytes": speed(size, compiled.scan) for size in SIZES},
    }
