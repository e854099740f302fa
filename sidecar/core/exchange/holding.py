"""A held call: which questions people are asked about it, what came of them, and what the client is told.

Strategy: every rule that holds has its own question and its own ticket, asked one after the other in the order of
their names. So each rule's terms are kept to the letter, whatever the other rules say, and one more hold never
loosens.

Rules:
- One HTTP request waits at most `PATIENCE`. After that the client is told to come again, which it does by itself with
  the very same bytes, and finds its ticket by its fingerprint.
- Only the body that would leave is kept while people think, compressed; it was judged and recorded, and is not judged
  again.
- Who decided may write a sentence that the agent reads; it is masked like anything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import zstandard

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.commands import Ask, Record
from sidecar.core.exchange.let_go import remember
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.model.action import DenyAs
from sidecar.core.model.http import Headers
from sidecar.core.wire.claude import compose

# The client of the agent gives up after 600 seconds; a minute is left for the answer's first byte and for slow clocks.
PATIENCE = 540.0
AGAIN_AFTER = 1  # seconds; in these an approval may come that finds nobody waiting, and waits for the next try itself
# Tried with the real SDK: 408 with `retry-after` is sent again after that time, byte for byte, and not shown; 451 is
# sent once and shown as `API Error: 451 <message>`; a 400 is sent again in up to four shapes, each of which would open
# a ticket of its own.
COME_AGAIN, TURNED_BACK = 408, 451
_FINAL = {"x-should-retry": "false"}


@dataclass(frozen=True, slots=True)
class Question:
    """`texts`: what a yes lets go, as `let_go` knows it."""

    asked: Asked
    deny_as: DenyAs
    texts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The questions of one call. `answers`: a denial may be told as an assistant's message."""

    questions: tuple[Question, ...]
    veil: Veil = field(repr=False)
    memory: SessionMemory = field(repr=False)
    model: str
    stream: bool
    answers: bool


@dataclass(slots=True, repr=False)
class Holding:
    """`seconds`: how long people took so far; `patience`: how long they may."""

    exchange: str
    held: Held
    seconds: float = 0.0
    patience: float = PATIENCE
    _packed: bytes | None = None
    _number: int = 0
    _since: float = 0.0
    _answer: Answer | None = None

    @classmethod
    def of(cls, exchange: str, held: Held, body: bytes | None) -> "Holding":
        # A copy: the compressor's own result keeps all the room that it might have needed (44 KB for 1.4).
        return cls(exchange, held, _packed=None if body is None else bytes(memoryview(zstandard.compress(body))))

    @property
    def question(self) -> Question:
        return self.held.questions[self._number]

    def keeps_its_client(self) -> None:
        """It hears that it waits, so it waits as long as the rules want people to have."""
        self.patience = max(PATIENCE, *(1 + one.asked.terms.timeout for one in self.held.questions))

    def waited(self, at: float) -> float:
        """For how long so far, while people think."""
        return self.seconds + max(0.0, at - self._since)

    def body(self) -> bytes | None:
        return None if self._packed is None else zstandard.decompress(self._packed)

    def noted(self) -> Record:
        """That people are asked."""
        return Record("approval_asked", asked_fact(self.question.asked))

    def ask(self, at: float) -> Ask:
        self._since = at
        return Ask(self.question.asked, max(0.0, self.patience - self.seconds))

    def settled(self, answer: Answer, at: float, *, wait: bool = True) -> Record:
        """What came of it."""
        waited = max(0.0, at - self._since)
        self.seconds += waited
        self._answer = _masked(answer, self.held.veil)
        return Record("approval_decided", decided_fact(self.question.asked, self._answer, waited, at), wait=wait)

    def withdrawn(self, at: float) -> Record:
        return self.settled(Answer(Outcome.WITHDRAWN), at, wait=False)

    def approved(self) -> bool:
        """People said yes, and it is remembered what they let go."""
        if self._answer is None or self._answer.outcome is not Outcome.APPROVED:
            return False
        remember(self.held.memory, self.question.texts)
        return True

    def next(self) -> bool:
        """Whether there is one more question."""
        self._number += 1
        return self._number < len(self.held.questions)

    def refused(self) -> Refused:
        if self._answer is None:
            raise RuntimeError("refused before anybody answered")
        return refusal(self._answer, self.question.asked)

    def said_no(self) -> bool:
        """A person said no; nobody at all is something else."""
        return self._answer is not None and self._answer.outcome is Outcome.DENIED

    def sentence(self) -> str:
        """What came of it, for whoever reads it in the place of the call."""
        if self._answer is None:
            raise RuntimeError("told before anybody answered")
        return _sentence(self._answer, self.question.asked)

    def as_answer(self, refused: Refused) -> tuple[Headers, bytes] | None:
        """The denial as an assistant's message, if the rule wants the session to go on."""
        final = refused.status == TURNED_BACK
        if not (final and self.held.answers and self.question.deny_as is DenyAs.ANSWER):
            return None
        headers, body = compose.answer(
            refused.message, model=self.held.model, id=f"msg_{self.exchange}", stream=self.held.stream
        )
        ours = (("x-gatehouse-exchange", self.exchange), ("x-gatehouse-rule", refused.rule or ""))
        return (*headers, *ours), body


def refusal(answer: Answer, asked: Asked) -> Refused:
    """One sentence for the client, of whatever was not a yes."""
    again = {"retry-after": str(AGAIN_AFTER)}
    status, code, headers = {
        Outcome.DENIED: (TURNED_BACK, Code.PERMISSION, _FINAL),
        Outcome.EXPIRED: (TURNED_BACK, Code.PERMISSION, _FINAL),
        Outcome.WITHDRAWN: (TURNED_BACK, Code.PERMISSION, _FINAL),
        Outcome.UNAVAILABLE: (503, Code.OVERLOADED, {}),
        Outcome.TOO_MANY: (429, Code.RATE_LIMIT, _FINAL),
        Outcome.WAITING: (COME_AGAIN, Code.TIMEOUT, again),
    }[answer.outcome]
    told = f"{_sentence(answer, asked)} (rule {asked.rule}, exchange {asked.exchange})"
    return Refused(status, code, told, rule=asked.rule, headers=headers)


def _sentence(answer: Answer, asked: Asked) -> str:
    return {
        Outcome.DENIED: _denied(answer),
        Outcome.EXPIRED: f"{_nobody(asked)} Ask again.",
        Outcome.WITHDRAWN: "The question to the approvers was withdrawn.",
        Outcome.UNAVAILABLE: _unreachable(answer),
        Outcome.TOO_MANY: answer.message or TOO_MANY,
        Outcome.WAITING: "Nobody has decided yet. Ask again to go on waiting.",
    }[answer.outcome]


TOO_MANY = "Too many of your calls wait for a person's decision already. Wait for those first."


def _denied(answer: Answer) -> str:
    no = next((one for one in answer.deciders if not one.yes), None)
    if no is None:
        return answer.message or "Denied."
    return f"Denied by {no.subject}: {no.rationale}" if no.rationale else f"Denied by {no.subject}."


def _nobody(asked: Asked) -> str:
    several = asked.terms.approvals > 1
    who = f"Not all of the {asked.terms.approvals} people needed" if several else "Nobody"
    return f"{who} decided within {in_words(asked.terms.timeout)}."


def _unreachable(answer: Answer) -> str:
    why = f" ({answer.message})" if answer.message else ""
    return f"This call needs a person's approval, and nobody can be asked right now{why}. Try again later."


def in_words(seconds: float) -> str:
    """`10 minutes`, `1 hour`, `90 seconds`."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds:g} seconds"


def asked_fact(asked: Asked) -> Mapping[str, object]:
    """`approval` names the question in the record, `ticket` (once known) at the control plane."""
    terms = asked.terms
    return {
        **_named(asked, asked.at),
        "fingerprint": asked.fingerprint,
        "session_key": asked.session_key,
        "policy": asked.policy,
        "policy_digest": asked.policy_digest,
        "connection": asked.connection,
        "why": asked.why,
        "approvers": list(terms.approvers),
        "approvals": terms.approvals,
        "timeout": terms.timeout,
        "rationale_required": terms.rationale_required,
        "reuse": terms.reuse,
    }


def decided_fact(asked: Asked, answer: Answer, waited: float, at: float) -> Mapping[str, object]:
    """`decision`, `who` and `rationale` are what a table has room for; `deciders` is all of it."""
    return {
        **_named(asked, at),
        "ticket": answer.ticket,
        "outcome": answer.outcome.value,
        "decision": answer.outcome.value,
        "who": ", ".join(one.subject for one in answer.deciders),
        "rationale": "; ".join(one.rationale for one in answer.deciders if one.rationale),
        "deciders": [_decider(one) for one in answer.deciders],
        "waited_seconds": round(waited, 6),
        "reused": answer.reused,
    }


def _named(asked: Asked, at: float) -> dict[str, object]:
    return {
        "exchange": asked.exchange,
        "at": at,
        "approval": asked.id,
        "call": asked.call,
        "tool": asked.tool or "",
        "rule": asked.rule,
    }


def _decider(one: Decider) -> Mapping[str, object]:
    return {
        "subject": one.subject,
        "provider": one.provider,
        "yes": one.yes,
        "rationale": one.rationale,
        "at": one.at,
    }


def _masked(answer: Answer, veil: Veil) -> Answer:
    """A reviewer may have quoted what was to be kept out of sight."""
    deciders = tuple(
        replace(one, rationale=veil.text(one.rationale) if one.rationale else None) for one in answer.deciders
    )
    message = veil.text(answer.message) if answer.message else None
    return replace(answer, deciders=deciders, message=message)
