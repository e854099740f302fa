"""A session as lines for a terminal: its timeline, and what was said in it.

Rules: whatever was said is shown, never obeyed: its control characters become visible before they are printed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sidecar.record.replay import Frame, marks, tool_uses
from sidecar.record.reports.forms import shown
from sidecar.record.sessions import Found, Story, Turn

MARK, END = "\x1b[30;43m", "\x1b[0m"
LONGEST_INPUT = 160


def timeline(story: Story, parts: Mapping[str, bytes]) -> Iterator[str]:
    """Turns, and below each what was called, found and held."""
    findings: dict[str, list[Found]] = defaultdict(list)
    for one in story.findings:
        findings[one.exchange].append(one)
    for number, turn in enumerate(story.turns, start=1):
        yield heading(number, turn)
        yield f"     tokens {_tokens(turn)}   cost {turn.cost:.4f}   {_times(turn)}"
        for _, name, given in tool_uses(turn.answer_outline, parts):
            yield f"     calls {shown(name)} {_short(shown(given))}"
        for one in findings[turn.exchange]:
            yield f"     {finding(one)}"
        for hold in story.holds:
            if hold.exchange == turn.exchange:
                after = "" if hold.seconds is None else f" after {hold.seconds:.1f} s"
                decided = f"{hold.decision} by {hold.who}{after}: {hold.rationale}" if hold.decision else "not decided"
                yield shown(f"     held {hold.tool} by rule {hold.rule}: {decided}")


def heading(number: int, turn: Turn) -> str:
    by = f" by rule {turn.rule}" if turn.rule else ""
    why = f": {turn.say or turn.why}" if turn.say or turn.why else ""
    model = turn.model or turn.endpoint
    return shown(f"{number:3}. {turn.at:%H:%M:%S} {turn.exchange} {model} {turn.outcome}, {turn.verdict}{by}{why}")


def finding(one: Found) -> str:
    """What was changed, and by which rule."""
    now = f" now {one.placeholder}" if one.placeholder else ""
    only = " (shadow: nothing was done)" if one.shadow else ""
    return shown(f"{one.action} {one.detector} in {one.side} {one.path}{now} by rule {one.rule}{only}")


def told(frame: Frame, placeholders: Mapping[str, str], colour: bool) -> str:
    """The text of a frame, with what was masked in it highlighted."""
    out, before = "", 0
    for start, end in marks(frame.text, placeholders) if colour else []:
        out += f"{shown(frame.text[before:start])}{MARK}{shown(frame.text[start:end])}{END}"
        before = end
    return out + shown(frame.text[before:])


def _tokens(turn: Turn) -> str:
    cached = f" ({turn.cache_read_tokens:,} read from cache)" if turn.cache_read_tokens else ""
    return f"{turn.input_tokens:,} in{cached}, {turn.output_tokens:,} out"


def _times(turn: Turn) -> str:
    return f"model {turn.upstream_ms:,.0f} ms, gate {turn.gate_ms:,.1f} ms, people {turn.human_ms:,.0f} ms"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_INPUT else text[: LONGEST_INPUT - 1] + "\u2026"
