"""The tool calls of one answer: each is judged when it is complete, and leaves in one of four ways.

    PASSES    as it came, or with values in it masked or put back
    RENAMED   under a name that no tool has: the agent answers it with an error by itself and asks the model again
    WORDS     as a text in its place, for a client that runs no tools in a loop
    ENDS      nothing of it, nor of what follows: the answer ends with the sentence

Rules:
- Only what the agent itself carries out can leave under another name or as words. A call that the provider carries out
  (`server_tool_use`, `mcp_tool_use`) is on its way there already, and its result would follow: the answer ends.
- A call without an identifier cannot be answered by the agent under another name; it becomes words.
- What the provider said is remembered, so that it can be put back when the agent tells it again.
"""

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.direct_call import note
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.tool_call import Called, judge_call, read_call
from sidecar.core.mask.memory import Turned
from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.described import describable
from sidecar.core.model.effect import Understood
from sidecar.core.model.finding import Verdict
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy.judge import severest
from sidecar.core.wire.claude.blocked import Notice

INSTEAD = "Reach the goal in a way that this rule allows, or say that you cannot."
# Nothing of the call stands in it: it is a sentence of ours, and not judged when the agent tells it again.
DESCRIBE = (
    "What it would do is not known: if it is a program or a tool of your own, whoever keeps the policy can describe it "
    "under `understand:` (`gatehouse policy explain` shows the line)."
)


class Way(Enum):
    PASSES = auto()
    RENAMED = auto()
    WORDS = auto()
    ENDS = auto()


@dataclass(slots=True, repr=False)
class Ruled:
    """A call with its verdict. `judged`: what stands in its texts. `before`: what the session had done. `approval`: the
    question that people were asked; `approved`: they said yes."""

    called: Called
    understood: Understood
    judged: Judged
    verdict: Verdict
    shadow: tuple[Verdict, ...]
    before: SessionUse
    approval: str = ""
    approved: bool = False

    @property
    def way(self) -> Way:
        if self.verdict.action <= Action.MASK or (self.verdict.action is Action.HOLD and self.approved):
            return Way.PASSES
        told = self.verdict.deny_as
        if not self.called.of_the_agent or told in (DenyAs.ERROR, DenyAs.ANSWER):
            return Way.ENDS
        return Way.WORDS if told is DenyAs.TEXT or not self.called.id else Way.RENAMED


@dataclass(slots=True, repr=False)
class Waiting:
    """A call that people are asked about. `go`: it is decided."""

    ruled: Ruled
    go: Callable[[], None]


@dataclass(slots=True, repr=False)
class Calls:
    """`judged`: of the whole answer. `verdict`: the strictest on a call with which the answer went on all the same.
    `quarantine`: the one that stops the session; no later call of this answer goes either.
    `untold`: what the record has not heard of yet. `left`: calls that the agent has to answer; `words`: how many became
    texts."""

    context: AnswerContext
    judged: Judged
    verdict: Verdict = field(default_factory=lambda: Verdict(Action.ALLOW))
    untold: list[Ruled] = field(default_factory=list)
    quarantine: Verdict | None = None
    waiting: deque[Waiting] = field(default_factory=deque)
    left: int = 0
    words: int = 0
    _spoken: Counter[str] = field(default_factory=Counter)

    def judge(self, called: Called, own: Judged) -> Ruled:
        """`own`: with the verdict on its texts."""
        understood = read_call(called, self.context.understand)
        budget, use = self.context.session.budget, self.context.session.memory.use
        said = judge_call(self.context.session.court, called, understood, use)
        for verdict in (*said.verdicts, *budget.over_calls(use, called.tool or "", understood)):
            if verdict.action is Action.HOLD:
                own.hold(verdict)
            else:
                own.stricter(verdict)
        self.judged.found(own)
        # A held call counts as one that went: the calls behind it are judged before people have decided.
        self.context.session.memory.remember_use(budget.after_call(use, called, understood, own.verdict))
        return Ruled(called, understood, own, own.verdict, said.shadow, use)

    def waits(self, ruled: Ruled, go: Callable[[], None]) -> bool:
        """Whether people have to be asked first. What the provider carries out cannot wait for them, and in a session
        that is stopped they could let nothing go."""
        asking = ruled.verdict.action is Action.HOLD and self.quarantine is None
        if not asking or not ruled.called.of_the_agent:
            return False
        self.waiting.append(Waiting(ruled, go))
        return True

    def decided(self, *, approved: bool, approval: str, sentence: str = "", said_no: bool = False) -> None:
        """People answered about the call that waited longest, or nobody did. `sentence`: why it does not go."""
        one = self.waiting.popleft()
        ruled, verdict = one.ruled, one.ruled.verdict
        ruled.approved, ruled.approval = approved, approval
        if not approved:
            quarantine = verdict.quarantine and said_no
            ruled.verdict = replace(verdict, action=Action.DENY, say=sentence, quarantine=quarantine)
        one.go()

    @property
    def in_vain(self) -> bool:
        """Calls wait for people, and the session was stopped meanwhile."""
        return self.quarantine is not None and bool(self.waiting)

    def give_up(self) -> None:
        """Nobody need decide any more."""
        while self.waiting:
            self.waiting.popleft().go()

    def settle(self, ruled: Ruled, original: str) -> Way:
        """The verdict stands. `original`: the input as JSON, as the provider wrote it."""
        if self.quarantine is not None and ruled.verdict.action is not Action.DENY:
            ruled.verdict, ruled.approved = self.quarantine, False
        self.untold.append(ruled)
        way, called = ruled.way, ruled.called
        if way is not Way.PASSES and ruled.verdict.quarantine and self.quarantine is None:
            self.quarantine = ruled.verdict
        if way is Way.ENDS:
            self.judged.stricter(_ending(ruled.verdict))
        else:
            self.verdict = severest((self.verdict, ruled.verdict))
        if way in (Way.RENAMED, Way.WORDS):
            self._remember(ruled, way, original)
        if way is Way.PASSES and called.of_the_agent:
            note(self.context.session.memory, called, ruled.before)
        self.left += called.of_the_agent and way in (Way.PASSES, Way.RENAMED)
        self.words += way is Way.WORDS
        return way

    def _remember(self, ruled: Ruled, way: Way, original: str) -> None:
        """The call as the provider made it, so that it can be put back."""
        called, notice = ruled.called, self.notice(ruled)
        self._own_words(notice)
        if not called.id or _in_a_key(ruled):
            return
        turned = Turned(called.tool or "", original, notice.sentence, called.id if way is Way.WORDS else "")
        key = called.id
        if way is Way.WORDS:
            key = words_key(notice.sentence, self._spoken[notice.sentence])
            self._spoken[notice.sentence] += 1
        self.context.session.memory.remember_turned(key, turned)

    def _own_words(self, notice: Notice) -> None:
        """What the agent gets instead is of the policy's own making, and not judged when the agent tells it again."""
        for text in (notice.sentence, *notice.input().values()):
            if isinstance(text, str) and text:
                self.context.session.memory.remember_said(text, text)

    def told(self) -> list[Ruled]:
        """What was settled since this was last asked."""
        told, self.untold = self.untold, []
        return told

    def notice(self, ruled: Ruled) -> Notice:
        verdict = ruled.verdict
        refused = denial(verdict, self.context.exchange)
        instead = verdict.instead or INSTEAD
        if describable(ruled.understood.unread):
            instead = f"{instead} {DESCRIBE}"
        return Notice(verdict.rule or "", (verdict.say or "").strip(), instead, f"{refused.message} {instead}")

    def stop_reason(self, said: str | None) -> str | None:
        """Why the message ended. One that ended for its tool calls, of which none is left, has said all it had to."""
        return "end_turn" if said == "tool_use" and self.words and not self.left else said


def words_key(sentence: str, nth: int) -> str:
    """How the call is remembered in whose place this stands the `nth` time in its answer. No identifier of a call has
    blanks in it."""
    return f"{sentence.strip()} #{nth}"


def as_json(value: object) -> str:
    """ASCII: no client may take a character in it for the end of a line."""
    return json.dumps(value, separators=(",", ":"))


def _in_a_key(ruled: Ruled) -> bool:
    """Something was found where a key may stand, which could not be masked on its way back: put back, the call would
    have to be denied together with the whole conversation. It stays as the agent got it."""
    return any(one.path.endswith("}") for one in ruled.judged.findings)


def _ending(verdict: Verdict) -> Verdict:
    told = DenyAs.ERROR if verdict.deny_as is DenyAs.ERROR else DenyAs.ANSWER
    return replace(verdict, action=Action.DENY, deny_as=told)
