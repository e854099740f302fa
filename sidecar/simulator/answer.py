"""What the simulated model answers: the script if a turn of it fits, else magic words, else what reached it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from sidecar.simulator.ask import Ask
from sidecar.simulator.magic import by_magic, split
from sidecar.simulator.reply import Part, Reply, Say, Think, Whole

Scripted = Callable[[Ask], Reply | None]


class Answers:
    """Chooses one reply per request."""

    def __init__(self, scripted: Scripted | None = None) -> None:
        self._scripted = scripted
        self._seen: Counter[str] = Counter()

    def choose(self, ask: Ask) -> Reply:
        reply = self._scripted(ask) if self._scripted else None
        reply = reply or by_magic(ask, self._times) or Reply()
        if reply.failure or any(_speaks(part) for part in reply.parts):
            return reply
        return replace(reply, parts=(*reply.parts, Say(by_heart(ask))))

    def _times(self, text: str) -> int:
        """How often this was asked before."""
        self._seen[text] += 1
        return self._seen[text] - 1


def _speaks(part: Part) -> bool:
    """Thinking alone, or a block of some other kind alone, is not yet an answer."""
    return not isinstance(part, Think | Whole)


def by_heart(ask: Ask) -> str:
    """The default answer: a person who reads it sees what the model saw."""
    if _wants_json(ask):
        return '{"title": "A conversation with the simulator"}'
    results = ask.results()
    if results:
        return "The tool gave me back:\n" + "\n".join(_quoted(result) for result in results)
    plain, _ = split(ask.prompt())
    return f"This is what reached me:\n{_quoted(plain or '(no text)')}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _wants_json(ask: Ask) -> bool:
    """Claude Code asks for its session titles in this way."""
    wanted = ask.body.get("output_config")
    return isinstance(wanted, dict) and "format" in wanted
