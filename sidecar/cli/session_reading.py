"""`gatehouse sessions list`, `show` and `replay`: what the record says about sessions.

Rules:
- What is shown is what was written down: masked. Where a value stood, its placeholder is highlighted.
- Between two turns a replay never waits longer than `LONGEST_WAIT`: people go to lunch.
- Without a terminal nothing is coloured and nothing waits, unless a speed is asked for.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict

from sidecar.cli.asking import asking
from sidecar.cli.session_lines import finding, heading, timeline, told
from sidecar.record.clickhouse.place import place
from sidecar.record.replay import Frame, Reader, marks, tool_uses
from sidecar.record.reports.forms import Table, as_table, plain
from sidecar.record.sessions import Found, Hold, Session, Sessions, Story, Turn, Wanted
from sidecar.settings.load import load

LONGEST_WAIT = 5.0  # seconds
FILTERS = ("who", "since", "until", "connection", "verdict", "text")
NONE_FITS = "No session is like that."
NONE_YET = "No session yet. A call is shown within a few seconds of its end."
LISTED = ("session", "subject", "began", "exchanges", "denied", "findings", "models", "output_tokens", "cost")


def read(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    with asking(), closing(Sessions(place(settings.record))) as sessions:
        return ACTIONS[arguments.subcommand](sessions, arguments)


def _list(sessions: Sessions, arguments: argparse.Namespace) -> int:
    wanted = {name: getattr(arguments, name) for name in FILTERS}
    found = sessions.listed(Wanted(**wanted, most=arguments.most))
    if arguments.json:
        for one in found:
            _line(_object(one))
    elif found:
        print(as_table(Table(LISTED, [[getattr(one, name) for name in LISTED] for one in found])))
    else:
        print(NONE_FITS if any(wanted.values()) else NONE_YET)
    return 0


def _show(sessions: Sessions, arguments: argparse.Namespace) -> int:
    story = sessions.story(arguments.session)
    if story is None:
        return _nothing(arguments.session)
    parts = sessions.texts(story.turns, questions=False)
    if arguments.json:
        for turn in story.turns:
            found = [_object(one) for one in story.findings if one.exchange == turn.exchange]
            holds = [_object(one) for one in story.holds if one.exchange == turn.exchange]
            calls = [{"id": i, "tool": n, "input": g} for i, n, g in tool_uses(turn.answer_outline, parts)]
            _line({**_object(turn), "tool_calls": calls, "findings": found, "holds": holds})
        return 0
    first, last = story.turns[0], story.turns[-1]
    print(f"Session {story.session} of {first.subject}, {first.at:%Y-%m-%d %H:%M} to {last.ended_at:%H:%M} UTC")
    print("\n".join(timeline(story, parts)))
    cost = sum(turn.cost for turn in story.turns)
    print(f"{len(story.turns)} turns, {len(story.findings)} findings, cost {cost:.4f}")
    return 0


def _replay(sessions: Sessions, arguments: argparse.Namespace) -> int:
    story = sessions.story(arguments.session)
    if story is None:
        return _nothing(arguments.session)
    frames = _frames(story, Reader(sessions.texts(story.turns), tuple(story.placeholders)), arguments.skip_to)
    if arguments.json:
        for number, turn, one in frames:
            if isinstance(one, Frame):
                masked = [one.text[start:end] for start, end in marks(one.text, story.placeholders)]
                _line({"turn": number, "exchange": turn.exchange, **asdict(one), "masked": masked})
            elif isinstance(one, Found):
                _line({"turn": number, "exchange": turn.exchange, "changed": _object(one)})
        return 0
    terminal = sys.stdout.isatty()
    speed = arguments.speed if arguments.speed is not None else float(terminal)
    play(frames, story, terminal, (lambda seconds: time.sleep(seconds / speed)) if speed else lambda _: None)
    return 0


Step = tuple[int, Turn, Frame | Found | None]


def _frames(story: Story, reader: Reader, skip_to: int) -> Iterator[Step]:
    """What was asked, what was said, and what was changed, turn by turn; nothing stands for a turn's beginning."""
    for number, turn in enumerate(story.turns, start=1):
        asked = reader.asked(turn.request_outline)
        if number < skip_to:
            continue
        yield number, turn, None
        for frame in (*asked, *reader.said(turn.answer_outline, turn.answer_timing)):
            yield number, turn, frame
        for one in story.findings:
            if one.exchange == turn.exchange:
                yield number, turn, one


def play(frames: Iterator[Step], story: Story, colour: bool, wait: Callable[[float], None]) -> None:
    """Print it as it came."""
    speaking: object = None
    for number, turn, one in frames:
        if one is None:
            print(f"{'' if speaking is None else chr(10)}{heading(number, turn)}", end="")
            speaking = turn
        elif isinstance(one, Found):
            print(f"\n  ~ {finding(one)}", end="")
        else:
            wait(min(one.wait / 1000, LONGEST_WAIT))
            if speaking != (number, one.role, one.block):
                speaking = (number, one.role, one.block)
                print(f"\n[{one.role} {one.kind}] ", end="")
            print(told(one, story.placeholders, colour), end="", flush=True)
    print()


def _nothing(session: str) -> int:
    print(f"gatehouse sessions: there is no session {session!r}; `gatehouse sessions list` says which", file=sys.stderr)
    return 1


def _object(value: Session | Turn | Found | Hold) -> dict[str, object]:
    return {name: plain(one) for name, one in asdict(value).items()}


def _line(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False))


ACTIONS: dict[str, Callable[[Sessions, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "replay": _replay,
}
