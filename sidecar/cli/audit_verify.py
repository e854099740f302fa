"""`gatehouse audit verify`: whether anything in the record was changed, and whether anything is missing.

Rules:
- Exit 0: both verdicts are green. 1: at least one fault, each named. 2: there was nothing that could be checked.
- A range or a session is proved by its whole chains: an event alone proves nothing about its neighbours.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.expiry import Expired
from sidecar.core.evidence.selection import Selection
from sidecar.core.evidence.verdict import Verdict
from sidecar.processes.anchoring import asked_elsewhere, kept
from sidecar.processes.proof import keys_of, source_of
from sidecar.record.bundle import checked_bundle
from sidecar.record.check import checked
from sidecar.record.moment import written_at
from sidecar.record.sources import file_anchor
from sidecar.settings.load import load

SHOWN = 50
Aside = Sequence[tuple[Event, str]]
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
    parser.add_argument("--offline", action="store_true", help="do not ask anchors over the network")
    parser.add_argument("--keys", type=Path, metavar="FILE|FOLDER", help="public keys (public.json) that you trust")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    if arguments.bundle is not None:
        keys = keys_of(arguments.keys) if arguments.keys else None
        verdict = checked_bundle(arguments.bundle, keys, _given(arguments.anchor), written_at(time.time()))
        return _told(verdict, arguments.json, "the bundle", ())
    if arguments.spool:
        return _told(*_record(arguments))
    from sidecar.cli.asking import asking  # noqa: PLC0415  (the client takes 300 ms)

    with asking():
        return _told(*_record(arguments))


def _record(arguments: argparse.Namespace) -> tuple[Verdict, bool, str, Aside]:
    settings = load(arguments.config)
    keys: PublicKeys = keys_of(arguments.keys or settings.state / "keys")
    # Before any event is read: a gate that runs only adds what no anchor knew of by then.
    chains = [arguments.chain] if arguments.chain is not None else None
    anchors = [*_given(arguments.anchor), *kept(settings, chains, offline=arguments.offline)]
    only, about = _chosen(arguments, settings_source := source_of(settings, arguments.spool))
    source = source_of(settings, arguments.spool, only) if only is not None else settings_source
    progress = _progress(source.total) if sys.stderr.isatty() else None
    verdict = checked(source, keys, anchors, progress, written_at(time.time()))
    if not verdict.events and verdict.green and verdict.expired is None:
        raise ConfigurationError.single(source.name, "there is nothing here that could be checked")
    unasked = "".join(f", without anchor {name}" for name in asked_elsewhere(settings)) if arguments.offline else ""
    # Only a record with a database has such events: those that it refused.
    return verdict, arguments.json, f"{source.name}{about}{unasked}", getattr(source, "aside", ())


def _chosen(arguments: argparse.Namespace, source: object) -> tuple[frozenset[str] | None, str]:
    if arguments.chain is not None:
        return frozenset((arguments.chain,)), f", chain {arguments.chain}"
    selection = Selection(arguments.session, arguments.first, arguments.last)
    if selection.everything:
        return None, ""
    found = selection.chains(event for batch in source.events() for event in batch)  # type: ignore[attr-defined]
    return frozenset(found), f", {sum(found.values())} events asked for in {len(found)} chains"


def _given(files: Sequence[Path]) -> Iterable[Anchored]:
    for file in files:
        found = file_anchor(file)
        if found is None:
            raise ConfigurationError.single(str(file), "there is no such anchor")
        yield found


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


def _told(verdict: Verdict, as_json: bool, what: str, aside: Aside) -> int:
    print(json.dumps(_object(verdict, what, aside), indent=2) if as_json else "\n".join(_lines(verdict, what, aside)))
    return 0 if verdict.green else 1


def _object(verdict: Verdict, what: str, aside: Aside) -> dict[str, object]:
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
        "set_aside": [{"chain": event.chain, "seq": event.seq, "reason": why} for event, why in aside],
        "expired": _expired_object(verdict.expired),
        "texts_expired": _expired_object(verdict.texts_expired),
        "faults": [
            {"kind": fault.trouble.value, "chain": fault.chain, "seq": fault.seq, "message": fault.message}
            for fault in verdict.faults
        ],
        "faults_left_out": verdict.left_out,
    }


def _expired_object(expired: Expired | None) -> dict[str, object] | None:
    if expired is None:
        return None
    count = expired.events or expired.parts
    return {"until": expired.until, "count": count, "days": expired.days, "stated": expired.stated}


def _expired_lines(verdict: Verdict) -> Iterable[str]:
    for expired, what in ((verdict.expired, "events"), (verdict.texts_expired, "texts")):
        if expired is not None:
            count = expired.events or expired.parts
            allowed = f"as the record of {expired.stated[:10]} allows ({expired.days} days)"
            yield f"expired by retention until {expired.until[:10]}: {count:,} {what}, {allowed}"


def _lines(verdict: Verdict, what: str, aside: Aside) -> list[str]:
    said = [
        f"{what}: {verdict.events:,} events in {len(verdict.chains)} chains",
        f"integrity     {'ok: nothing was changed' if verdict.integrity else 'BROKEN: something was changed'}",
        f"completeness  {'ok: nothing is missing' if verdict.completeness else 'BROKEN: something is missing'}",
    ]
    if verdict.uncovered:
        said.append(f"{verdict.uncovered:,} events at the ends of chains are in no signed checkpoint")
    said += _expired_lines(verdict)
    said += [str(gap) for gap in verdict.gaps]
    said += [f"  set aside: {event.chain}/{event.seq}: {why}" for event, why in aside[:SHOWN]]
    if aside:
        said.append(f"{len(aside):,} events are here and not in the database: see `gatehouse audit retry`")
    said += [f"  {fault}" for fault in verdict.faults[:SHOWN]]
    more = len(verdict.faults) - SHOWN + verdict.left_out
    if more > 0:
        said.append(f"  and {more} more")
    return said
