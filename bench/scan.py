"""What scanning costs with every detector on: megabytes a second, warm and cold, and what a stream holds back.

Rules: the texts are made from ordinary words without any secret, from a fixed seed, so that runs compare. `novel` is
text that was never scanned before, `warm` the same text again: an automaton builds its states as it meets them. Each
figure stands beside `count`, a plain pass over the same bytes in the same run. All in processor time, so that a busy
machine does not matter.
"""

import json
import random
from collections.abc import Callable
from statistics import mean, quantiles
from time import process_time

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled

_SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi wo za chi stre ple tion ing er and the of"
_SIZE = 200_000  # bytes of each kind of text; a second or two in all
_TEXT = 4_000  # bytes handed over at once, about one message
_PIECE = 4  # characters of one delta


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_SYLLABLES.split()) for _ in range(draw.randint(1, 3)))


def _prose(draw: random.Random) -> str:
    words = [_word(draw) for _ in range(draw.randint(5, 14))]
    return " ".join(words).capitalize() + draw.choice(
        [". ", "? ", ", so to speak. ", f" in {draw.randint(2, 90)} days.\n"]
    )


def _code(draw: random.Random) -> str:
    a, b, c = (_word(draw) for _ in range(3))
    return draw.choice(
        [
            f"def {a}_{b}(self, {c}: int = {draw.randint(0, 99)}) -> None:\n    self.{c} = {c}\n",
            f'    if {a}.{b} is not None and {c}["{a}"] > {draw.randint(0, 9)}:\n        return {b}({c})\n',
            f"const {a} = {b}.map(({c}) => {c}.{a} ?? '{b}'); // {a} {c}\n",
            f"    token = {a}.next_{b}()\n    {c}.api_key = os.environ['{a.upper()}_KEY']\n",
        ]
    )


def _json(draw: random.Random) -> str:
    fields = {
        _word(draw): draw.choice([_word(draw), draw.randint(0, 9999), True, None, [_word(draw), 1.5]]) for _ in range(5)
    }
    return json.dumps({"id": draw.randint(1, 99999), **fields}) + "\n"


def texts(make: Callable[[random.Random], str], seed: int) -> list[bytes]:
    """Clean texts of one kind."""
    draw = random.Random(seed)  # noqa: S311  (a benchmark, not a secret)
    made = []
    for _ in range(_SIZE // _TEXT):
        text = ""
        while len(text) < _TEXT:
            text += make(draw)
        made.append(text.encode())
    return made


def _rate(scan: Callable[[bytes], object], given: list[bytes]) -> float:
    """Megabytes a second."""
    began = process_time()
    for text in given:
        scan(text)
    return sum(map(len, given)) / 1e6 / (process_time() - began)


def _streamed(compiled: Compiled, given: list[bytes]) -> dict[str, float]:
    held, cost = [], []
    for text in given:
        stream = compiled.stream()
        for at in range(0, len(text), _PIECE):
            piece = text[at : at + _PIECE]
            began = process_time()
            progress = stream.feed(piece)
            cost.append((process_time() - began) * 1e6)
            held.append(at + len(piece) - progress.settled)
    points = quantiles(held, n=100)
    return {
        "held_median": points[49],
        "held_p90": points[89],
        "held_p99": points[98],
        "us_per_piece_mean": round(mean(cost), 1),
        "us_per_piece_median": round(quantiles(cost, n=2)[0], 1),
    }


def run() -> dict[str, object]:
    """Every figure."""
    began = process_time()
    compiled = Compiled(builtin())
    made = process_time()
    compiled.warm()
    result: dict[str, object] = {
        "detectors": len(compiled.detectors),
        "compile_s": round(made - began, 3),
        "warm_s": round(process_time() - made, 3),
    }
    for name, make in (("prose", _prose), ("code", _code), ("json", _json)):
        given = texts(make, 7)
        novel = _rate(compiled.scan, given)
        warm = max(_rate(compiled.scan, given) for _ in range(3))
        count = _rate(lambda text: text.count(b"\x00"), given)
        result[name] = {
            "novel_mb_s": round(novel, 1),
            "warm_mb_s": round(warm, 1),
            "count_mb_s": round(count, 1),
            "warm_to_count": round(warm / count, 4),
            "alarms": sum(len(compiled.scan(text)) for text in given),
        }
    prose = texts(_prose, 11)[:6]
    _streamed(compiled, prose)
    result["stream"] = _streamed(compiled, prose)
    return result


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
