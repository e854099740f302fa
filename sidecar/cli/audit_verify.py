"""`gatehouse audit verify`: whether anything in the record was changed, and whether anything is missing.

Rules:
- Exit 0: both verdicts are green. 1: at least one fault, each named. 2: there was nothing that could be checked.
- A range or a session is proved by its whole chains: an event alone proves nothing about its neighbours.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.core.evidence.selection import Selection
from sidecar.core.evidence.verdict import Verdict
from sidecar.processes.proof import anchors_of, keys_of, source_of
from sidecar.record.bundle import checked_bundle
from sidecar.record.check import checked
from sidecar.settings.load import load

SHOWN = 50
STEP = 20_000


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="the gate's configuration")
    parser.add_argument("--chain", metavar="C", help="only this chain")
    parser.add_argument("--session", metavar="S", help="the chains that hold this session")
    parser.add_argument("--from", dest="first", metavar="TIME", help="the chains with events since then (2026-03-01)")
    parser.add_argument("--to", dest="last", metavar="TIME", help="the chains with events until then, both ends in")
    parser.add_argument("--spool", action="store_true", help="only what is on this machine, not the database")
    parser.add_argument("--bundle", type=Path, metavar="FILE|DIR", help="an exported bundle instead of the record")
    parser.add_argument(
        "--anchor", action="append", type=Path, default=[], metavar="FILE", help="checkpoints that were kept elsewhere"
    )
    parser.add_argument("--keys", type=Path, metavar="FOLDER", help="public keys (public.json) that you trust")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    if arguments.bundle is not None:
        keys = keys_of(arguments.keys) if arguments.keys else None
        return _told(checked_bundle(arguments.bundle, keys, _given(arguments.anchor)), arguments.json, "the bundle")
    return _told(*_record(arguments))


def _record(arguments: argparse.Namespace) -> tuple[Verdict, bool, str]:
    settings = load(arguments.config)
    keys: PublicKeys = keys_of(arguments.keys or settings.state / "keys")
    # Before any event is read: a gate that runs only adds what no anchor knew of by then.
    anchors = [*_given(arguments.anchor), *anchors_of(settings)]
    only, about = _chosen(arguments, settings_source := source_of(settings, arguments.spool))
    source = source_of(settings, arguments.spool, only) if only is not None else settings_source
    verdict = checked(source, keys, anchors, _progress(source.total) if sys.stderr.isatty() else None)
    if not verdict.events and verdict.green:
        raise ConfigurationError.single(source.name, "there is nothing here that could be checked")
    return verdict, arguments.json, f"{source.name}{about}"


def _chosen(arguments: argparse.Namespace, source: object) -> tuple[frozenset[str] | None, str]:
    if arguments.chain is not None:
        return frozenset((arguments.chain,)), f", chain {arguments.chain}"
    selection = Selection(arguments.session, arguments.first, arguments.last)
    if selection.everything:
        return None, ""
    found = selection.chains(event for batch in source.events() for event in batch)  # type: ignore[attr-defined]
    return frozenset(found), f", {sum(found.values())} events asked for in {len(found)} chains"


def _given(files: Sequence[Path]) -> Iterable[Anchored]:
    from sidecar.record.sources import file_anchor  # noqa: PLC0415

    for file in files:
        kept = file_anchor(file)
        if kept is None:
            raise ConfigurationError.single(str(file), "there is no such anchor")
        yield kept


def _progress(total: Callable[[], int]) -> Callable[[int], None]:
    expected, shown = max(1, total()), 0

    def show(done: int) -> None:
        nonlocal shown
        if done - shown >= STEP or done >= expected:
            shown = done
            share = min(1.0, done / expected)
            line = f"\r[{'#' * int(share * 30):30}] {share:4.0%}  {done:,} events"
            print(line, end="\n" if done >= expected else "", file=sys.stderr, flush=True)

    return show


def _told(verdict: Verdict, as_json: bool, what: str) -> int:
    print(json.dumps(_object(verdict, what), indent=2) if as_json else "\n".join(_lines(verdict, what)))
    return 0 if verdict.green else 1


def _object(verdict: Verdict, what: str) -> dict[str, object]:
    return {
        "checked": what,
        "integrity": verdict.integrity,
        "completeness": verdict.completeness,
        "events": verdict.events,
        "chains": len(verdict.chains),
        "not_signed_yet": verdict.uncovered,
        "unrecorded": [
            {
                "from": gap.first,
                "to": gap.last,
                "calls": dict(gap.calls),
                "policies": list(gap.policies),
                "closed": gap.closed,
            }
            for gap in verdict.gaps
        ],
        "faults": [
            {"kind": fault.trouble.value, "chain": fault.chain, "seq": fault.seq, "message": fault.message}
            for fault in verdict.faults
        ],
        "faults_left_out": verdict.left_out,
    }


def _lines(verdict: Verdict, what: str) -> list[str]:
    said = [
        f"{what}: {verdict.events:,} events in {len(verdict.chains)} chains",
        f"integrity     {'ok: nothing was changed' if verdict.integrity else 'BROKEN: something was changed'}",
        f"completeness  {'ok: nothing is missing' if verdict.completeness else 'BROKEN: something is missing'}",
    ]
    if verdict.uncovered:
        said.append(f"{verdict.uncovered:,} events at the ends of chains are in no signed checkpoint")
    said += [str(gap) for gap in verdict.gaps]
    said += [f"  {fault}" for fault in verdict.faults[:SHOWN]]
    more = len(verdict.faults) - SHOWN + verdict.left_out
    if more > 0:
        said.append(f"  and {more} more")
    return said
