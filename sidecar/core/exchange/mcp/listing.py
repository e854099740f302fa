"""A server's list of tools on its way to a caller: who may not call a tool does not see it.

Strategy: each tool is judged by itself, by three kinds of rules: on calls by name, on the text of its definition, and
on whether it is what it was. A tool that one of them denies or holds is left out; the rest of the list keeps its bytes.

Rules:
- What is left out for its text or for being another is remembered, so that it cannot be called by name either.
- A change that no rule minds is accepted, and is what the next one is measured by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.desk import Judged, Session, finding
from sidecar.core.exchange.judgement import PathOf, judge_texts
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.mcp.calls import listed
from sidecar.core.exchange.mcp.pins import MOST_TEXT, MOST_TOOLS, Hidden, digest_of, known_as, written
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment
from sidecar.core.policy.facts import CHANGED, Found
from sidecar.core.policy.judge import severest
from sidecar.core.wire.json_strings import JsonValue


@dataclass(slots=True)
class Listed:
    """`gone`: which elements are left out. `changes`: of texts that are masked, by ordinal; `shown`: for the record."""

    gone: set[int] = field(default_factory=set)
    changes: dict[int, str] = field(default_factory=dict, repr=False)
    shown: dict[int, str] = field(default_factory=dict, repr=False)


def judge_tools(
    session: Session, asked: Asked, tools: Sequence[JsonValue], pieces: Sequence[Piece], path_of: PathOf, judged: Judged
) -> Listed:
    """`pieces`: one for each tool. `judged` hears of what was found; its verdict, of what was masked."""
    if len(tools) > MOST_TOOLS:
        raise Refused(502, Code.API, f"The server lists more than {MOST_TOOLS} tools.")
    out = Listed()
    for index, (definition, piece) in enumerate(zip(tools, pieces, strict=True)):
        own = Judged()
        judge_texts(session, (piece,), "answer", path_of, own)
        if piece.tool is not None:
            _judge_definition(session, asked, piece.tool, definition, own, piece.path)
        judged.findings += own.findings
        judged.masked |= own.masked
        out.shown |= own.shown
        by_name = listed(session.court, piece.tool) if piece.tool is not None else Verdict(Action.ALLOW)
        if own.verdict.action >= Action.HOLD or by_name.action is Action.DENY:
            out.gone.add(index)
        else:
            judged.stricter(own.verdict)
            out.changes |= own.changes
    return out


def _judge_definition(session: Session, asked: Asked, tool: str, definition: JsonValue, own: Judged, path: str) -> None:
    digest = digest_of(definition)
    if (known_as(tool), digest) in asked.accepted:
        asked.pins.accept(asked.shop, tool, digest)
        own.verdict = Verdict(Action.ALLOW)
        return
    if asked.pins.changed(asked.shop, tool, digest):
        treatment = _treated(session, Found(Place.TOOL_DESCRIPTION, path, CHANGED, "TOOL", tool, "answer", False), own)
        if treatment is None or treatment.action < Action.HOLD:
            asked.pins.accept(asked.shop, tool, digest)
    if own.verdict.action >= Action.HOLD:
        asked.pins.hide(asked.shop, tool, Hidden(digest, own.verdict, written(definition)[:MOST_TEXT]))
    else:
        asked.pins.show(asked.shop, tool)


def _treated(session: Session, found: Found, own: Judged) -> Treatment | None:
    court = session.court
    own.findings += [finding(found, one, None, shadow=True) for one in court.treat_shadow(found)]
    treatment = court.treat(found)
    if treatment is not None and treatment.action > Action.ALLOW:
        own.findings.append(finding(found, treatment, None))
        said = Verdict(
            treatment.action, treatment.rule, treatment.policy, treatment.say, treatment.deny_as, treatment.terms
        )
        own.verdict = severest((own.verdict, said))
    return treatment
