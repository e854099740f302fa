"""Magic words: what a person writes in a prompt to make the simulator do something.

A magic word stands in double square brackets, several combine, and `[[then]]` separates what is done in one turn
from what is done in the next (after the results of the tools came back). Everything else in the prompt is ignored
when there is a magic word; without any, the simulator says what reached it.

Rules: the last thing a person wrote is what counts. A word's argument may itself hold single brackets, so that a
placeholder such as `[EMAIL_K7Q2]` survives; a tool's input is JSON and ends where the JSON ends.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sidecar.simulator.ask import Ask
from sidecar.simulator.failure import failure
from sidecar.simulator.reply import Cut, Delivery, Json, Part, Reply, Say, Think, Use, Whole

# word: (what its argument is, what it does); shown by `gatehouse simulate --help`
WORDS: dict[str, tuple[str, str]] = {
    "say": ("TEXT", "answer with this text"),
    "echo": ("", "answer with the prompt itself, magic words taken out"),
    "think": ("TEXT", "think first; the thinking is signed over the whole past (TEXT may be left out)"),
    "redacted": ("", "a sealed thinking block whose text is not shown"),
    "tool": ('NAME {"input": 1}', "call a tool; several of these in one step are parallel calls"),
    "block": ('{"type": "x"}', "any other block, delivered whole"),
    "cite": ("TEXT", "a text with a citation of TEXT"),
    "then": ("", "what follows belongs to the next turn of this prompt"),
    "huge": ("KILOBYTES", "a text of this size"),
    "stop": ("REASON", "end with this stop_reason"),
    "status": ("CODE [TIMES|final]", "fail: 400 401 403 404 413 429 500 503 504 529; TIMES times; final: no retry"),
    "slow": ("SECONDS", "wait before the first byte"),
    "stall": ("SECONDS", "wait in the middle of the answer"),
    "pace": ("SECONDS", "wait after every event"),
    "cut": ("reset|close", "break off in the middle of the answer"),
    "error": ("CODE", "an error event in the middle of the stream"),
    "chunk": ("CHARACTERS", "size of every delta"),
    "wire": ("BYTES", "size of every write to the network"),
    "ping": ("NUMBER", "that many pings"),
    "gzip": ("", "encode the answer with gzip, whatever was accepted"),
    "br": ("", "encode it with brotli"),
    "zstd": ("", "encode it with zstandard"),
    "unknown": ("", "an event that no client knows"),
}
OPENING = re.compile(r"\[\[(" + "|".join(WORDS) + r")(?:\]\]|:)")
CLOSING = re.compile(r"\]\](?!\])")
TOOL = re.compile(r"\s*([A-Za-z0-9_-]{1,128})\s*")
THOUGHT = "Let me look at what was asked before I answer."


@dataclass(frozen=True, slots=True)
class Word:
    name: str
    argument: str


def split(text: str) -> tuple[str, list[Word]]:
    """The text without its magic words, and the words in order."""
    words: list[Word] = []
    plain: list[str] = []
    at = 0
    while found := OPENING.search(text, at):
        plain.append(text[at : found.start()])
        argument, at = ("", found.end()) if found[0].endswith("]]") else _argument(found[1], text, found.end())
        words.append(Word(found[1], argument))
    return ("".join(plain) + text[at:]).strip(), words


def _argument(name: str, text: str, start: int) -> tuple[str, int]:
    search_from = start
    if name in {"tool", "block"}:
        tool = TOOL.match(text, start) if name == "tool" else None
        json_at = tool.end() if tool else start
        if text[json_at : json_at + 1] == "{":
            search_from = json_at + _json_length(text[json_at:])
    closed = CLOSING.search(text, search_from)
    if not closed:
        raise failure(400, f"the simulator found no end of the magic word [[{name}:")
    return text[start : closed.start()], closed.end()


def _json_length(text: str) -> int:
    try:
        return json.JSONDecoder().raw_decode(text)[1]
    except ValueError as error:
        raise failure(400, "the simulator cannot read the JSON of a magic word") from error


def steps(words: list[Word]) -> list[list[Word]]:
    """The words of each turn."""
    turns: list[list[Word]] = [[]]
    for word in words:
        if word.name == "then":
            turns.append([])
        else:
            turns[-1].append(word)
    return turns


def by_magic(ask: Ask, seen: Callable[[str], int]) -> Reply | None:
    """The reply that the prompt's magic words ask for; nothing when it has none for this turn.

    `seen` counts how often it was asked about a text, for failures that end after some times.
    """
    plain, words = split(ask.prompt())
    turns = steps(words)
    at = ask.turns_since_prompt()
    if not words or at >= len(turns) or not turns[at]:
        return None
    reply = Reply()
    for word in turns[at]:
        reply = _applied(reply, word, plain, seen)
    return reply


def _applied(reply: Reply, word: Word, plain: str, seen: Callable[[str], int]) -> Reply:
    try:
        if word.name in PARTS:
            return replace(reply, parts=(*reply.parts, PARTS[word.name](word.argument, plain)))
        if word.name in DELIVERY:
            return replace(reply, delivery=DELIVERY[word.name](reply.delivery, word.argument))
        if word.name == "stop":
            return replace(reply, stop=word.argument)
        return _failed(reply, word.argument, lambda: seen(f"{plain}/{word.argument}"))
    except ValueError as error:
        raise failure(400, f"the simulator does not understand [[{word.name}:{word.argument}]]") from error


def _failed(reply: Reply, argument: str, before: Callable[[], int]) -> Reply:
    code, _, how = argument.partition(" ")
    if how and how != "final" and before() >= int(how):
        return reply
    return replace(reply, failure=failure(int(code), final=how == "final"))


def _tool(argument: str) -> Use:
    name = TOOL.match(argument)
    if not name:
        raise ValueError("no name")
    written = argument[name.end() :].strip() or "{}"
    if not isinstance(json.loads(written), dict):
        raise ValueError("not an object")
    return Use(name[1], written)


def _block(argument: str) -> Whole:
    block: Json = json.loads(argument)
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        raise ValueError("no type")
    return Whole(block)


def _huge(argument: str) -> Say:
    line = "All work and no play makes a simulator a dull thing to read. "
    return Say((line * (int(argument) * 1024 // len(line) + 1))[: int(argument) * 1024])


def _cite(argument: str) -> Say:
    place = {"document_index": 0, "document_title": None, "start_char_index": 0, "end_char_index": len(argument)}
    return Say("As the document says.", ({"type": "char_location", "cited_text": argument, **place},))


PARTS: dict[str, Callable[[str, str], Part]] = {
    "say": lambda argument, _: Say(argument),
    "echo": lambda _, plain: Say(plain or "(nothing)"),
    "think": lambda argument, _: Think(argument or THOUGHT),
    "redacted": lambda *_: Think("", redacted=True),
    "tool": lambda argument, _: _tool(argument),
    "block": lambda argument, _: _block(argument),
    "cite": lambda argument, _: _cite(argument),
    "huge": lambda argument, _: _huge(argument),
}
DELIVERY: dict[str, Callable[[Delivery, str], Delivery]] = {
    "slow": lambda delivery, argument: replace(delivery, slow=float(argument)),
    "stall": lambda delivery, argument: replace(delivery, stall=float(argument)),
    "pace": lambda delivery, argument: replace(delivery, pace=float(argument)),
    "cut": lambda delivery, argument: replace(delivery, cut=Cut(argument or "reset")),
    "error": lambda delivery, argument: replace(delivery, error=int(argument or 529)),
    "chunk": lambda delivery, argument: replace(delivery, sizes=(max(1, int(argument)),)),
    "wire": lambda delivery, argument: replace(delivery, wire=max(0, int(argument))),
    "ping": lambda delivery, argument: replace(delivery, pings=int(argument)),
    "gzip": lambda delivery, _: replace(delivery, encoding="gzip"),
    "br": lambda delivery, _: replace(delivery, encoding="br"),
    "zstd": lambda delivery, _: replace(delivery, encoding="zstd"),
    "unknown": lambda delivery, _: replace(delivery, unknown=True),
}


def help_text() -> str:
    """The words as a table for people."""
    shown = {f"[[{name}:{argument}]]" if argument else f"[[{name}]]": does for name, (argument, does) in WORDS.items()}
    return "\n".join(f"  {word:<30} {does}" for word, does in shown.items())
