"""What waits in a stream: characters held back after each delta, and what deciding it costs. In this process.

`check_us`: the one pattern that says from where on the text may still become a match. `feed_us`: all that happens with
a piece, the scan of what is settled included.
"""

from bench.rig.measure import Scale, cpu, middle, spread
from bench.rig.texts import TEXTS
from bench.rig.traffic import in_words
from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.core.mask.placeholder import PLACEHOLDER
from sidecar.core.mask.stream import TextStream

CHARACTERS = 30_000


def measure(scale: Scale) -> dict[str, object]:
    compiled = Compiled((*builtin(), PLACEHOLDER))
    compiled.warm()
    characters, rounds = scale.pick((CHARACTERS, 7), (3000, 2))
    return {
        "detectors": len(compiled.detectors),
        **{
            kind: {name: _figures(compiled, cut(text(characters)), rounds) for name, cut in CUTS.items()}
            for kind, text in TEXTS.items()
        },
    }


def _in_fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]


CUTS = {"four_characters": _in_fours, "one_to_five_words": in_words}


def _figures(compiled: Compiled, pieces: list[str], rounds: int) -> dict[str, object]:
    held = _held(compiled, pieces)
    feeds = [cpu(lambda: _held(compiled, pieces)) for _ in range(rounds)]
    ends = _ends(pieces)
    checks = [cpu(lambda: [compiled.held_from(end) for end in ends]) for _ in range(rounds)]
    return {
        "pieces": len(pieces),
        "held_characters": spread(held, 0),
        "nothing_held": round(held.count(0) / len(held), 3),
        "check_us": middle([seconds / len(ends) * 1e6 for seconds in checks]),
        "feed_us": middle([seconds / len(pieces) * 1e6 for seconds in feeds]),
    }


def _held(compiled: Compiled, pieces: list[str]) -> list[int]:
    """Characters that wait after each piece."""
    stream = TextStream(compiled.stream(), lambda _match, _value: None)
    held = []
    for piece in pieces:
        stream.feed(piece)
        held.append(stream.held_characters)
    stream.flush()
    return held


def _ends(pieces: list[str]) -> list[bytes]:
    """What the check sees: the end of the text so far, with the context before it."""
    text, ends = b"", []
    for piece in pieces:
        text = (text + piece.encode())[-300:]
        ends.append(text)
    return ends
