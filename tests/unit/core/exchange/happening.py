"""The events that the playbooks of an exchange are made of, and the names of its commands."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import (
    Ask,
    Command,
    Fail,
    Forward,
    Record,
    Respond,
    SendAnswer,
    StartAnswer,
    WakeAt,
)
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import RequestHead, ResponseHead
from tests.unit.core.exchange.building import (
    CALLER,
    JSON,
    KEY,
    SSE,
    encoded,
    event,
    message,
    opening,
    request,
    text_block,
    text_deltas,
    tool_block,
)

PLAYBOOKS = Path(__file__).parents[3] / "cases" / "exchange" / "playbooks.txt"
DENIES = """
  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys.}
  - {id: asks-one, match: {keywords: [deploy]}, do: hold}
  - {id: asks-two, match: {keywords: [at once]}, do: hold}
"""
ASKS = e.RequestStarted(RequestHead("POST", "/v1/messages", JSON), CALLER, 1.0)
HARMLESS = e.RequestChunk(encoded(request("hello")), 2.0, end=True)
FORBIDDEN = e.RequestChunk(encoded(request(f"use {KEY}")), 2.0, end=True)
HELD = e.RequestChunk(encoded(request("deploy it")), 2.0, end=True)
HELD_TWICE = e.RequestChunk(encoded(request("deploy it at once")), 2.0, end=True)
YES = e.Settled(Answer(Outcome.APPROVED, "t1", (Decider("grace", "company", True, None, 3.5),)), 3.5)
NO = e.Settled(Answer(Outcome.DENIED, "t1", (Decider("grace", "company", False, "no", 3.5),)), 3.5)
NOT_YET = e.Settled(Answer(Outcome.WAITING, "t1"), 543.0)
STOPPED = e.Stopped(Block("b1", Target.SUBJECT, "ada", "a leak is suspected", 3.0), 3.0)
ON_DISK = e.Recorded(3.0)
NOT_ON_DISK = e.Recorded(3.0, failed="the disk is full")
STREAMS = e.ResponseStarted(ResponseHead(200, SSE), 4.0)
ANSWERS = e.ResponseStarted(ResponseHead(200, JSON), 4.0)
NO_BODY = e.ResponseStarted(ResponseHead(204), 4.0, end=True)
REPLY = {"type": "message", "content": [{"type": "text", "text": "hi"}], "usage": {"input_tokens": 3}}
NO_CREDENTIAL = e.ForwardFailed(Refused(503, Code.API, "no credential"), 4.0)


WHOLE_STREAM = e.ResponseChunk(message(text_block(0, "hi")), 5.0)
HALF_STREAM = e.ResponseChunk(opening(), 5.0)
TOOL_BEGINS = e.ResponseChunk(opening() + tool_block(0, "{}").split(b"event: content_block_stop")[0], 5.0)
TOOL_ENDS = e.ResponseChunk(b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n', 26.0)
TEXT = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
LAST = e.ResponseChunk(b"", 6.0, end=True)
GONE = e.Gone(9.0)


def short(command: Command) -> str:
    """A command as a playbook names it."""
    match command:
        case Record(kind):
            return f"record {kind}" + ("" if command.wait else " (go on)")
        case Ask():
            return f"ask {command.asked.rule}"
        case Forward():
            return f"forward {command.connection} {command.path}"
        case Respond():
            return f"respond {command.status}"
        case StartAnswer():
            return "start" + (f" {command.status}" if command.status else "")
        case SendAnswer():
            return "send" + (" end" if command.end else "")
        case WakeAt():
            return "sleep" if command.at is None else f"wake at {command.at:g}"
        case Fail():
            return f"fail: {command.reason}"


NAMED: Mapping[str, e.Event] = {
    "asks": ASKS,
    "probes": e.RequestStarted(RequestHead("GET", "/api/hello"), CALLER, 1.0, end=True),
    "harmless body": HARMLESS,
    "forbidden body": FORBIDDEN,
    "held body": HELD,
    "body held twice": HELD_TWICE,
    "people say yes": YES,
    "people say no": NO,
    "people say nothing": NOT_YET,
    "stopped": STOPPED,
    "on disk": ON_DISK,
    "not on disk": NOT_ON_DISK,
    "no room": e.Recorded(3.0, failed="the spool is full", full=True),
    "no credential": NO_CREDENTIAL,
    "a stream begins": STREAMS,
    "JSON begins": ANSWERS,
    "no content": NO_BODY,
    "all of a stream": WHOLE_STREAM,
    "half of a stream": HALF_STREAM,
    "a tool begins": TOOL_BEGINS,
    "the tool ends": TOOL_ENDS,
    "a text begins at 1": e.ResponseChunk(opening() + TEXT + text_deltas(0, "hello wor")[0], 1.0),
    "a text goes on at 9": e.ResponseChunk(text_deltas(0, "ld and mor")[0], 9.0),
    "half of JSON": e.ResponseChunk(encoded(REPLY)[:20], 5.0),
    "rest of JSON": e.ResponseChunk(encoded(REPLY)[20:], 6.0, end=True),
    "last": LAST,
    "gone": GONE,
}


def named(name: str) -> e.Event:
    return e.Tick(float(name.removeprefix("tick at "))) if name.startswith("tick at ") else NAMED[name]


def playbooks() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each with its note: pairs of what happens and what is asked for."""
    text = "\n".join(line for line in PLAYBOOKS.read_text().splitlines() if not line.startswith("#"))
    for paragraph in text.strip().split("\n\n"):
        note, *lines = paragraph.splitlines()
        yield note, [(line[4:28].strip(), line[28:].strip()) for line in lines]
