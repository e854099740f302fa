"""Notices when a client tells the model a different past than the one that happened.

Strategy: for every answer, remember after which past (a chain of turn digests) it was given. A later request whose
turns include an answer of ours must show it after the same past and in the same words. This needs no signature, so
it sees a changed past in conversations without thinking too.

Rules: per session as the client claims it; a history that this session never had (made up by a test, or from before
a restart) is counted as foreign, not complained about. A broken-off answer may be replayed in part.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sidecar.simulator.ask import Ask
from sidecar.simulator.canonical import chain, head, message_digest, turn_digests, turns, without_thinking
from sidecar.simulator.reply import Json
from sidecar.simulator.seal import check_all

SESSIONS = 1_000  # a test run has some dozens
COMPLAINTS = 1_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """One request that told a different past. `request` is its identifier."""

    request: str
    session: str
    kind: str  # signature | past | words | head
    place: str
    what: str


@dataclass(slots=True)
class _Given:
    """The answers given after one past, and the head (system, tools) they were given under."""

    head: tuple[tuple[str, str], ...]
    answers: set[str] = field(default_factory=set)
    broken_off: bool = False


@dataclass(slots=True)
class _Session:
    given: dict[str, _Given] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)


class Past:
    """What was said in every session, and what was wrong about how it was told."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self.complaints: list[Complaint] = []
        self.exchanges = 0
        self.replayed = 0
        self.foreign = 0
        self.signatures = 0

    def look(self, ask: Ask, session: str, request: str) -> Complaint | None:
        """Check a request. A broken signature is returned too, because the API refuses it."""
        self.exchanges += 1
        found, wrong = check_all(ask)
        self.signatures += found
        for place, what in wrong:
            self._complain(Complaint(request, session, "signature", place, what))
        broken = self.complaints[-1] if wrong else None
        other = self._compare(ask, self._of(session))
        if other:
            self._complain(Complaint(request, session, *other))
        return broken

    def said(self, ask: Ask, session: str, blocks: tuple[Json, ...], *, whole: bool) -> None:
        """Remember an answer. `whole` is false when it will break off."""
        told = turns(ask.messages)
        prefill = told.pop().content if told[-1].role == "assistant" else ()
        digests = turn_digests(ask)[: len(told)]
        memory = self._of(session)
        given = memory.given.setdefault(chain(digests), _Given(head(ask)))
        given.head = head(ask)
        given.broken_off |= not whole
        words = message_digest("assistant", (*prefill, *blocks))
        given.answers.add(words)
        memory.words.add(words)
        memory.prefixes.update(chain(digests[:upto]) for upto in range(len(digests) + 1))

    def _compare(self, ask: Ask, memory: _Session) -> tuple[str, str, str] | None:
        digests = turn_digests(ask)
        for at, turn in enumerate(turns(ask.messages)):
            if turn.role != "assistant" or not without_thinking(turn.content):
                continue
            given = memory.given.get(chain(digests[:at]))
            if given is None and digests[at] in memory.words:
                return "past", f"messages.{self._first_unknown(digests, memory)}", f"before the answer in turn {at}"
            if given is None:
                self.foreign += 1
            elif digests[at] not in given.answers and not given.broken_off:
                return "words", f"messages.{at}", "the model never said this after that past"
            else:
                self.replayed += 1
        return None

    @staticmethod
    def _first_unknown(digests: Sequence[str], memory: _Session) -> int:
        return next((at for at in range(len(digests)) if chain(digests[: at + 1]) not in memory.prefixes), len(digests))

    def _complain(self, complaint: Complaint) -> None:
        self.complaints.append(complaint)
        del self.complaints[:-COMPLAINTS]

    def _of(self, session: str) -> _Session:
        memory = self._sessions.setdefault(session, _Session())
        self._sessions.move_to_end(session)
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return memory

    def report(self) -> dict[str, object]:
        """What `GET /simulator/complaints` shows; the counts tell whether there was anything to complain about."""
        return {
            "complaints": [asdict(complaint) for complaint in self.complaints],
            "exchanges": self.exchanges,
            "signatures_checked": self.signatures,
            "answers_replayed": self.replayed,
            "foreign_turns": self.foreign,
        }
