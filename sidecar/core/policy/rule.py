"""A rule and a policy, compiled: immutable, and quick to ask.

Rules:
- A rule with detectors is about text; one with effects, or with a tool and no text, is about tool calls; any other
  about the request itself.
- Conditions (`if`, `match.model`, `media` and `upgrade`) are asked once for a call, the rest for each thing found.
- Strictness is an order on rules that does not depend on where they stand in a file.
"""

from dataclasses import dataclass, field

from sidecar.core.model.action import Action, DenyAs, How, NumberAs, Unknown
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection
from sidecar.core.model.described import Descriptions
from sidecar.core.model.effect import Effect
from sidecar.core.model.finding import Verdict
from sidecar.core.model.hold import Terms
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment
from sidecar.core.policy.condition import Condition, Subject
from sidecar.core.policy.facts import CHANGED, Found, RequestFacts, ToolCall
from sidecar.core.policy.limits import Limits
from sidecar.core.policy.pattern import Globs, PathGlobs, Pattern

# What reveals less is stricter; only a token can be put back.
_HOW = {How.REDACT: 3, How.HASH: 2, How.LAST4: 1, How.TOKEN: 0, None: -1}
_IN_TOOLS = frozenset({Place.TOOL_CALL, Place.TOOL_RESULT})
_OF_A_SERVER = "mcp__"
# What a rule says that has no words of its own: without text and with it; not holding, and holding.
_WITHOUT_TEXT = ("does not allow this request", "asks people first")
_WITH_TEXT = ("may not pass here", "people have to see first")
Strictness = tuple[int, int, bool, str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    policy: str
    id: str
    action: Action
    shadow: bool
    how: How | None
    say: str | None
    deny_as: DenyAs
    call_as: DenyAs  # of a match in a tool call of an answer
    label: str | None
    where: frozenset[Place]
    detectors: frozenset[str]
    path: PathGlobs | None
    tool: Pattern | None
    model: Globs | None
    media: Globs | None
    condition: Condition | None
    terms: Terms | None = None  # of a rule that holds
    on_call: bool = False  # about tool calls
    effects: frozenset[Effect] = frozenset()
    unknown: Unknown | None = None
    instead: str | None = None
    quarantine: bool = False
    after: frozenset[Effect] = frozenset()
    returns_to: frozenset[str] = frozenset()
    numbers: NumberAs = NumberAs.TEXT
    upgrade: Globs | None = None

    @property
    def on_text(self) -> bool:
        return bool(self.detectors)

    @property
    def strictness(self) -> Strictness:
        return (self.action, _HOW[self.how], self.deny_as is DenyAs.ERROR, self.policy, self.id)

    def idle_because(self, subject: Subject, facts: RequestFacts) -> str | None:
        """Why this rule has nothing to say on a call; nothing when it has."""
        if self.model and not self.model.fits_any(facts.all_models):
            return "no model it names is asked for"
        if self.media and not self.media.fits_any(facts.media):
            return "the request carries no media it names"
        if self.upgrade and not (facts.upgrade and self.upgrade.fits(facts.upgrade)):
            return "the request does not leave HTTP for what it names"
        if self.condition is None:
            return None
        holds = self.condition.holds(subject)
        if holds is None:
            # Fail closed: what cannot be evaluated must not switch a restriction off, nor a permission on.
            return None if self.action > Action.ALLOW else "its `if` cannot be evaluated for this call"
        return None if holds else "its `if` is false"

    def passes_over_because(self, found: Found) -> str | None:
        """Why this rule leaves something alone; nothing when it does not."""
        if found.detector not in self.detectors:
            return "it does not look for this"
        if found.place not in self.where:
            return f"it does not look in {found.place.value}"
        if self.path and not self.path.fits(found.path):
            return "its `match.path` does not fit"
        if self.tool and not self._tool_fits(found):
            return "its `match.tool` does not fit"
        return None

    def lets_be_because(self, call: ToolCall) -> str | None:
        """Why this rule leaves a tool call alone; nothing when it does not."""
        if self.tool and call.tool is not None and not _named(self.tool, call.tool):
            return "its `match.tool` does not fit"
        if self.tool and call.tool is None and self.action is Action.ALLOW:
            return "the tool is not known"
        if self.effects and not self.effects & call.effects and not self._may_be_any(call):
            return "the call has none of its effects"
        if self.after and call.before.allows(self.after, unknown_counts=self._unknown_before()):
            return "the session has done nothing yet that it comes after"
        return None

    def _unknown_before(self) -> bool | None:
        """Whether what could not be read may have been what this rule comes after."""
        if self.action is Action.ALLOW:
            return False
        return None if self.unknown is None else self.unknown is Unknown.AS_WORST

    def _may_be_any(self, call: ToolCall) -> bool:
        """Fail closed: what could not be read may do what this rule is about. A permission never counts on it."""
        if Effect.UNKNOWN not in call.effects or self.action is Action.ALLOW:
            return False
        return call.runs if self.unknown is None else self.unknown is Unknown.AS_WORST

    def _tool_fits(self, found: Found) -> bool:
        if found.tool is None:
            # A tool's text whose tool is not known might be this one: a restriction covers it.
            return self.action > Action.ALLOW and found.place in _IN_TOOLS
        return self.tool is not None and _named(self.tool, found.tool)

    def verdict(self) -> Verdict:
        """For a rule that is about the call itself."""
        say = self.say or f"A rule about who may call what, and how, {_WITHOUT_TEXT[self.action is Action.HOLD]}."
        said = say if self.action > Action.MASK else None
        return self._verdict(said)

    def verdict_on(self, call: ToolCall) -> Verdict:
        """For a rule that is about tool calls."""
        if self.action <= Action.MASK:
            return self._verdict(None)
        effects = sorted(effect.value for effect in (self.effects & call.effects or self.effects))
        which = f" that {' or '.join(effects)}" if effects else ""
        does = "asks people first about" if self.action is Action.HOLD else "does not allow"
        return self._verdict(self.say or f"A rule {does} calls of this tool{which}.")

    def _verdict(self, said: str | None) -> Verdict:
        return Verdict(self.action, self.id, self.policy, said, self.deny_as, self.terms, self.instead, self.quarantine)

    def treatment(self, found: Found) -> Treatment:
        unlike = "This tool is not what it was when it was first listed." if found.detector == CHANGED else None
        say = (
            self.say
            or unlike
            or f"The {found.direction} holds text that {_WITH_TEXT[self.action is Action.HOLD]} ({found.detector})."
        )
        denial = say if self.action > Action.MASK else None
        in_a_call = found.place is Place.TOOL_CALL and found.direction == "answer"
        label = self.label or found.label
        return Treatment(
            self.action,
            self.id,
            self.policy,
            label,
            self.how,
            denial,
            self.call_as if in_a_call else self.deny_as,
            self.terms,
            self.instead,
            self.quarantine,
            self.returns_to,
            self.numbers,
        )


def _named(wanted: Pattern, tool: str) -> bool:
    """Agents call a tool of an MCP server `mcp__<server>__<tool>`, and choose the server's name: a rule may name the
    tool either way."""
    if wanted.fits(tool):
        return True
    bare = tool.removeprefix(_OF_A_SERVER).partition("__")[2] if tool.startswith(_OF_A_SERVER) else ""
    return bool(bare) and wanted.fits(bare)


@dataclass(frozen=True, slots=True)
class Applies:
    """Whom a policy is for. Each of these that is named must fit."""

    connections: Globs | None
    groups: Globs | None
    subjects: Globs | None

    def to(self, caller: Caller, connection: Connection) -> bool:
        return (
            (self.connections is None or self.connections.fits(connection.name))
            and (self.groups is None or self.groups.fits_any(caller.groups))
            and (self.subjects is None or self.subjects.fits(caller.subject))
        )


@dataclass(frozen=True, slots=True)
class AllowedPath:
    """A path beyond the known ones that may be used."""

    method: str | None
    path: Globs

    def fits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and self.path.fits(path)


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    shadow: bool
    applies: Applies
    limits: Limits
    paths: tuple[AllowedPath, ...]
    rules: tuple[Rule, ...]
    passes_when_full: bool = False
    bodies: Globs | None = None  # types that may be sent unread
    upgrades: frozenset[str] = frozenset()  # for what HTTP may be left, although rules read texts here
    described: Descriptions = field(default_factory=Descriptions)
