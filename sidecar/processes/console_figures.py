"""The figures of the overview and of rules, from the hours that the record counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sidecar.control.web.questions.figures import VERDICTS, Counted, Holds, Overview, RuleHits, Span
from sidecar.record.view import holds, prices
from sidecar.record.view.figures import Figure, Figures, percentile
from sidecar.record.view.ledger import Ledger

TOKENS = ("input", "output", "cache_read", "cache_write")
ASKED = ("verdict", "caller", "stopped", "kept", "gate", "upstream", *TOKENS)
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
MOST = 8
BY_PEOPLE = ("approved", "denied")
MODELS = 5


def overview_of(figures: Figures, ledger: Ledger, span: Span) -> Overview:
    found = figures.read(span.begin, span.until, span.step, ASKED)
    length = span.until - span.begin
    before = figures.total(span.begin - length, span.begin, ("verdict",))
    by = _by_what(found)
    spend = _spend(ledger, found, len(span.moments))
    decided = holds.holds(ledger, span.begin, span.until)
    return Overview(
        span=span,
        verdicts={name: _row(by["verdict"], name, span) for name in VERDICTS},
        spend=spend,
        latency={name: _sizes(by["gate"], share, span) for name, share in SHARES.items()},
        masked=_counted(by["kept"]),
        rules=_counted(by["stopped"]),
        callers=_counted(by["caller"]),
        holds=_holds(decided),
        hold_counts=_per_piece(decided, span),
        hold_seconds=_medians(decided, span),
        percentiles={
            f"{what} {name}": value
            for what in ("gate", "upstream")
            for name, share in SHARES.items()
            if (value := percentile(((one.name, one.number) for one in by[what]), share)) is not None
        },
        people=len({one.name for one in by["caller"]}),
        tokens=sum(one.number for what in TOKENS for one in by[what]),
        before=before.get("verdict", 0),
    )


def rule_hits(figures: Figures, span: Span) -> Sequence[RuleHits]:
    """Those that hit most often first."""
    by = _by_what(figures.read(span.begin, span.until, span.step, ("hit", "near", "by")))
    detectors: dict[str, list[tuple[int, str]]] = defaultdict(list)
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for one in by["by"]:
        rule, _, detector = one.name.partition("\t")
        totals[rule, detector] += one.number
    for (rule, detector), number in totals.items():
        detectors[rule].append((-number, detector))
    rules = {one.name for one in (*by["hit"], *by["near"])}
    rows = [
        RuleHits(
            rule,
            _row(by["hit"], rule, span),
            _row(by["near"], rule, span),
            [name for _, name in sorted(detectors[rule])[:4]],
        )
        for rule in rules
    ]
    return sorted(rows, key=lambda one: (-sum(one.hits) - sum(one.near), one.rule))


def _by_what(found: Iterable[Figure]) -> Mapping[str, list[Figure]]:
    by: dict[str, list[Figure]] = defaultdict(list)
    for one in found:
        by[one.what].append(one)
    return by


def _row(found: Iterable[Figure], name: str, span: Span) -> list[float]:
    row = [0.0] * len(span.moments)
    for one in found:
        if one.name == name and 0 <= one.piece < len(row):
            row[one.piece] += one.number
    return row


def _counted(found: Iterable[Figure]) -> Sequence[Counted]:
    totals: dict[str, int] = defaultdict(int)
    for one in found:
        totals[one.name] += one.number
    ordered = sorted((item for item in totals.items() if item[0]), key=lambda item: (-item[1], item[0]))
    return [Counted(name, number) for name, number in ordered[:MOST]]


def _sizes(found: Sequence[Figure], share: float, span: Span) -> list[float | None]:
    pieces: list[list[tuple[str, int]]] = [[] for _ in span.moments]
    for one in found:
        pieces[one.piece].append((one.name, one.number))
    return [percentile(piece, share) for piece in pieces]


def _spend(ledger: Ledger, found: Sequence[Figure], pieces: int) -> Mapping[str, Sequence[float]]:
    """By model, the dearest first; the rest is one row."""
    tokens = [one for one in found if one.what in TOKENS]
    known = prices.prices(ledger, sorted({one.name for one in tokens}))
    rows: dict[str, list[float]] = defaultdict(lambda: [0.0] * pieces)
    for one in tokens:
        rows[one.name][one.piece] += one.number * known[one.name][TOKENS.index(one.what)] / 1e6
    ordered = sorted(((name, row) for name, row in rows.items() if sum(row)), key=lambda item: -sum(item[1]))
    rest = [sum(column) for column in zip(*(row for _, row in ordered[MODELS:]), strict=True)]
    return dict(ordered[:MODELS]) | ({"other models": rest} if rest else {})


def _holds(decided: Sequence[holds.Hold]) -> Holds:
    seconds = sorted(one.seconds for one in decided if one.seconds is not None and one.decision in BY_PEOPLE)
    said = [one.decision for one in decided]
    return Holds(
        asked=len(decided),
        approved=said.count("approved"),
        denied=said.count("denied"),
        expired=said.count("expired"),
        median=seconds[len(seconds) // 2] if seconds else None,
        slow=seconds[min(len(seconds) - 1, len(seconds) * 9 // 10)] if seconds else None,
    )


def _per_piece(decided: Sequence[holds.Hold], span: Span) -> list[float]:
    row = [0.0] * len(span.moments)
    for one in decided:
        row[int((one.asked - span.begin) // span.step)] += 1
    return row


def _medians(decided: Sequence[holds.Hold], span: Span) -> list[float | None]:
    pieces: list[list[float]] = [[] for _ in span.moments]
    for one in decided:
        if one.seconds is not None and one.decision in BY_PEOPLE:
            pieces[int((one.asked - span.begin) // span.step)].append(one.seconds)
    return [sorted(piece)[len(piece) // 2] if piece else None for piece in pieces]
