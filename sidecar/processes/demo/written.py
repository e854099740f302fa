"""Step: what was written down, and that no secret was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sidecar.processes.demo.planted import Secret
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Seen, Shown, Step
from sidecar.record.reader import events, parts

Fact = Mapping[str, object]
SHOWN = 2  # facts of a session that are told to the reader


@dataclass(frozen=True, slots=True)
class Searched:
    """How many files and bytes were looked at, and the names of the secrets of which there was a trace."""

    files: int
    size: int
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`kinds`: of all facts. `session`: the facts about one. `gate` and `agent`: the same search in two folders."""

    kinds: tuple[str, ...]
    session: tuple[Fact, ...]
    gate: Searched
    agent: Searched


def judged(seen: Evidence) -> tuple[Check, ...]:
    decided = [one for one in seen.session if "verdict" in one and "findings" in one]
    told = [str(finding) for one in decided for finding in _findings(one)]
    return (
        Check(
            f"{len(seen.kinds)} facts stand in the spool: {_counted(seen.kinds)}",
            {"decided", "answered"} <= set(seen.kinds),
        ),
        Check(
            "the record says which detector found what where, and what stands there now",
            any("secret/" in one for one in told) and any("pii/email" in one for one in told),
        ),
        Check(
            f"searched {seen.gate.files} files ({seen.gate.size:,} bytes) of the gate, spool and logs: no piece of a "
            f"planted value{_named(seen.gate)}",
            seen.gate.files > 3 and not seen.gate.found,
        ),
        Check("the same search finds them in the agent's own files, where they belong", bool(seen.agent.found)),
    )


def _named(searched: Searched) -> str:
    return f" (found: {', '.join(searched.found)})" if searched.found else ""


def _counted(kinds: Sequence[str]) -> str:
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))


def _findings(fact: Fact) -> Sequence[Mapping[str, object]]:
    found = fact.get("findings")
    return found if isinstance(found, list) else ()


async def run(stage: Stage) -> Seen:
    bodies = [(event.kind, event.fact) for event in events(stage.settings.record.spool)]
    ours = {str(body["exchange"]) for _, body in bodies if body.get("session") == stage.session}
    session = tuple(body for _, body in bodies if str(body.get("exchange")) in ours)
    kinds = tuple(kind for kind, _ in bodies)
    gate = searched(stage.settings.state, stage.planted.all(), parts(stage.settings.record.spool))
    agent = searched(stage.folder / "agent", stage.planted.all())
    shown = [Shown(kind, _told(body)) for kind, body in bodies if str(body.get("exchange")) in ours][:SHOWN]
    return Seen(tuple(shown), judged(Evidence(kinds, session, gate, agent)))


def _told(fact: Fact) -> str:
    """A fact in a line."""
    if "caller" in fact:
        caller = fact["caller"]
        who = caller.get("subject") if isinstance(caller, dict) else "nobody"
        found = "; ".join(f"{one['detector']} at {one['path']} → {one['placeholder']}" for one in _findings(fact))
        return f"{fact['exchange']}: {who}, {fact['model']}: {fact['verdict']} by {fact['rule']}. {found}"
    usage = fact.get("usage")
    tokens = ", ".join(f"{name} {count}" for name, count in usage.items()) if isinstance(usage, dict) else "unknown"
    return f"{fact['exchange']}: status {fact.get('status')}, {fact.get('stop_reason')}. {tokens}"


def searched(folder: Path, secrets: Sequence[Secret], more: Iterable[bytes] = ()) -> Searched:
    """Every byte of every file in a folder, and what stands in one of them packed."""
    size, files, found = 0, 0, dict.fromkeys((secret.name for secret in secrets), 0)
    for data in chain(_contents(folder), more):
        files, size = files + 1, size + len(data)
        for secret in secrets:
            found[secret.name] += secret.traces(data)
    return Searched(files, size, tuple(name for name, traces in found.items() if traces))


def _contents(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.read_bytes()


STEP = Step("record", "What happened is written down, and no secret is", run)
