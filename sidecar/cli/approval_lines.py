"""Held calls as lines for a terminal.

Rule: whatever a call says is shown, never obeyed: its control characters become visible before they are printed.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sidecar.control.visible import line, plain

Call = Mapping[str, Any]
MARK, END = "\x1b[30;43m", "\x1b[0m"
WIDTHS = (("state", 9), ("id", 20), ("left", 7), ("who", 26), ("what", 22))
LONGEST_WHY = 60


def listed(calls: Sequence[Call]) -> Iterator[str]:
    """A table."""
    yield "  ".join(f"{name.upper():{width}}" for name, width in WIDTHS) + "  WHY"
    for call in calls:
        cells = (call["state"], call["id"], left(call), line(str(call["subject"])), _what(call))
        shown = "  ".join(f"{_cut(str(cell), width):{width}}" for cell, (_, width) in zip(cells, WIDTHS, strict=True))
        yield f"{shown}  {_cut(line(str(call['why'])), LONGEST_WHY)}"


def full(call: Call, colour: bool) -> Iterator[str]:
    """One call with everything that a person needs to decide."""
    needed = call["approvals_needed"]
    yield f"{call['id']}  {call['state']}" + (f", {left(call)} left" if call["state"] == "pending" else "")
    yield f"{_what(call)} of {line(str(call['subject']))}" + (f" with {line(call['agent'])}" if call["agent"] else "")
    yield f"held by rule {line(str(call['rule']))} of policy {line(str(call['policy']))}: {line(str(call['why']))}"
    if call["session"]:
        yield f"session {line(str(call['session']))}, connection {line(str(call['connection']))}"
    yield f"{call['approvals']} of {needed} {'approval' if needed == 1 else 'approvals'}"
    for one in call["decisions"]:
        why = f": {line(one['rationale'])}" if one["rationale"] else ""
        yield f"  {line(one['subject'])} said {'yes' if one['yes'] else 'no'} {_at(one['at'])}{why}"
    for heading, parts in (("", call["content"]), ("Just before:", call["before"])):
        if heading and parts:
            yield f"\n{heading}"
        for part in parts:
            yield f"\n[{line(part['title'])}]"
            yield marked(part, colour)
    if call["cannot"] and call["state"] == "pending":
        yield f"\nYou cannot decide here: {line(str(call['cannot']))}"


def marked(part: Call, colour: bool) -> str:
    """The text, with why it is held marked; without colours between `>>` and `<<`."""
    begin, end = (MARK, END) if colour else (">>", "<<")
    text, out, done = str(part["text"]), "", 0
    for mark in sorted(part["marks"], key=lambda one: one["start"]):
        start, stop = max(int(mark["start"]), done), min(int(mark["end"]), len(text))
        if start < stop:
            out += f"{plain(text[done:start])}{begin}{plain(text[start:stop])}{end}"
            done = stop
    return out + plain(text[done:])


def left(call: Call) -> str:
    """How long it can still be decided."""
    if call["state"] != "pending":
        return ""
    seconds = int(call["seconds_left"])
    return f"{seconds // 3600}h{seconds % 3600 // 60:02}" if seconds >= 3600 else f"{seconds // 60}:{seconds % 60:02}"


def _what(call: Call) -> str:
    return line(str(call["tool"] or f"request to {call['model'] or call['connection']}"))


def _at(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "\u2026"
