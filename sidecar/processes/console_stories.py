"""A session for the console: its turns as a timeline, and as frames that appear one after the other.

Strategy: both are made from the same walk through the turns, so that a link from the timeline leads to its moment in
the replay. A replay keeps the stream's own waits; between turns, and before an answer begins, nobody waits longer than
`LONGEST_WAIT`.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sidecar.control.web.questions import sessions as shown
from sidecar.record import replay, sessions
from sidecar.record.clickhouse.place import Place

LONGEST_WAIT = 4000  # milliseconds: people go to lunch
STEP = 350  # between what appears at once
MOST_FRAMES = 20_000
EXCERPT = 600
ANSWERS = 1000  # blocks of an answer count from here: those of its request come before


@dataclass(frozen=True, slots=True)
class Walk:
    """A turn, when it begins in the replay, and what appears in it."""

    number: int
    turn: sessions.Turn
    moment: int
    frames: Sequence[shown.Frame]


class Stories:
    """One connection, opened when it is first asked; several threads may ask."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._sessions: sessions.Sessions | None = None
        self._lock = threading.Lock()

    def story(self, session: str, after: int, most: int) -> shown.Story | None:
        story = self._open().story(session)
        if story is None:
            return None
        until = min(len(story.turns), after + most)
        parts = self._open().texts(story.turns[:until])
        walks = list(walked(story, parts, until))
        by = _by_exchange(story)
        first, last = story.turns[0], story.turns[-1]
        return shown.Story(
            session=session,
            subject=first.subject,
            agent=first.agent,
            began=first.at.timestamp(),
            ended=max(last.ended_at, last.at).timestamp(),
            count=len(story.turns),
            turns=[_turn(story, one, parts, by) for one in walks[after:]],
            placeholders=story.placeholders,
            after=until if until < len(story.turns) else None,
        )

    def replay(self, session: str) -> shown.Replay | None:
        story = self._open().story(session)
        if story is None:
            return None
        walks = walked(story, self._open().texts(story.turns), len(story.turns))
        frames = [frame for walk in walks for frame in walk.frames][:MOST_FRAMES]
        return shown.Replay(session, frames[-1].at + STEP if frames else 0, frames, story.placeholders)

    def close(self) -> None:
        with self._lock:
            if self._sessions is not None:
                self._sessions.close()
                self._sessions = None

    def _open(self) -> sessions.Sessions:
        with self._lock:
            if self._sessions is None:
                self._sessions = sessions.Sessions(self._place)
            return self._sessions


def walked(story: sessions.Story, parts: Mapping[str, bytes], until: int) -> Iterator[Walk]:
    reader, told = replay.Reader(parts, tuple(story.placeholders)), set[str]()
    now, ended = 0, story.turns[0].at
    for number, turn in enumerate(story.turns[:until], start=1):
        gap = round((turn.at - ended).total_seconds() * 1000)
        now += min(max(gap, STEP), LONGEST_WAIT) if number > 1 else 0
        frames = list(_frames(story, number, turn, reader, now, told))
        yield Walk(number, turn, now, frames)
        now, ended = frames[-1].at, max(turn.ended_at, turn.at)


def _frames(
    story: sessions.Story, number: int, turn: sessions.Turn, reader: replay.Reader, begin: int, told: set[str]
) -> Iterator[shown.Frame]:
    """Its heading, what was asked, what people decided, what was said, what rules did. `told`: findings so far; a turn
    repeats what was said before it, and its findings with it."""
    now = begin
    yield shown.Frame(now, number, "turn", turn.verdict, 0, f"{turn.model or turn.endpoint}, {turn.outcome}")
    for frame in reader.asked(turn.request_outline):
        now += STEP
        yield shown.Frame(now, number, frame.kind, frame.role, frame.block, frame.text)
    for one in story.holds:
        if one.exchange == turn.exchange:
            now += min(round((one.seconds or 0) * 1000) + STEP, LONGEST_WAIT)
            yield shown.Frame(now, number, "held", one.decision, 0, _decided(one))
    if turn.say:
        now += STEP
        yield shown.Frame(now, number, "refused", turn.verdict, 0, turn.say)
    for frame in reader.said(turn.answer_outline, turn.answer_timing):
        now += min(frame.wait, LONGEST_WAIT) or (0 if frame.wait == 0 else 1)
        yield shown.Frame(now, number, frame.kind, frame.role, ANSWERS + frame.block, frame.text)
    for found in story.findings:
        if found.exchange == turn.exchange and (text := _found(found)) not in told:
            told.add(text)
            now += STEP // 4
            yield shown.Frame(now, number, "changed", found.action, 0, text)


def _decided(one: sessions.Hold) -> str:
    if not one.decision:
        return f"Held by rule {one.rule}: nobody has decided"
    by = f" by {one.who}" if one.who else ""
    why = f": {one.rationale}" if one.rationale else ""
    return f"Held by rule {one.rule}: {one.decision}{by}{why}"


def _found(one: sessions.Found) -> str:
    now = f", now {one.placeholder}" if one.placeholder else ""
    only = " (in shadow: nothing was done)" if one.shadow else ""
    return f"Rule {one.rule} found {one.detector} in the {one.side}{now}{only}"


ByExchange = Mapping[str, tuple[Sequence[sessions.Found], Sequence[sessions.Hold]]]


def _by_exchange(story: sessions.Story) -> ByExchange:
    by: dict[str, tuple[list[sessions.Found], list[sessions.Hold]]] = defaultdict(lambda: ([], []))
    for found in story.findings:
        by[found.exchange][0].append(found)
    for hold in story.holds:
        by[hold.exchange][1].append(hold)
    return by


def _turn(story: sessions.Story, walk: Walk, parts: Mapping[str, bytes], by: ByExchange) -> shown.Turn:
    turn = walk.turn
    found, holds = by.get(turn.exchange, ((), ()))
    asked = [frame.text for frame in walk.frames if frame.role == "user" and frame.kind in ("text", "tool_result")]
    said = "".join(frame.text for frame in walk.frames if frame.block >= ANSWERS and frame.kind == "text")
    tools = replay.tool_uses(turn.answer_outline, parts) if turn.answer_outline in parts else []
    return shown.Turn(
        number=walk.number,
        call=_call(story.session, turn, len(found)),
        say=turn.say or turn.why,
        stop_reason=turn.stop_reason,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        cached_tokens=turn.cache_read_tokens,
        cost=turn.cost,
        gate_ms=turn.gate_ms,
        upstream_ms=turn.upstream_ms,
        human_ms=turn.human_ms,
        policy=turn.policy,
        prompt=_short(asked[-1]) if asked else "",
        answer=_short(said),
        tools=[shown.ToolCall(name, given) for _, name, given in tools],
        kept=[
            shown.Kept(one.side, one.rule, one.detector, one.path, one.action, one.placeholder, bool(one.shadow))
            for one in found
        ],
        held=[shown.Held(one.tool, one.rule, one.decision, one.who, one.rationale, one.seconds) for one in holds],
        moment=walk.moment,
    )


def _call(session: str, turn: sessions.Turn, findings: int) -> shown.Call:
    at, ended = turn.at.timestamp(), turn.ended_at.timestamp()
    tokens = turn.input_tokens + turn.output_tokens + turn.cache_read_tokens + turn.cache_write_tokens
    return shown.Call(
        exchange=turn.exchange, at=at, changed=ended, subject=turn.subject, agent=turn.agent, session=session,
        connection=turn.connection, model=turn.model or turn.endpoint, verdict=turn.verdict, rule=turn.rule,
        outcome=turn.outcome, status=turn.status, findings=findings, tokens=tokens, seconds=max(0.0, ended - at),
    )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "\u2026"
