"""The `if` of a rule: an expression in CEL over `identity`, `request` and `connection`.

Strategy: whatever can be known to be wrong is a mistake of the author, found when the policy is compiled: syntax,
names, fields, functions, and types by a trial run on a sample call.

Rules:
- Every field has one type always: a missing text is "" and a missing number is 0, so no comparison meets null.
- A batch with several models is asked once for each; the condition holds when it holds for one of them.
- `holds` is None when the expression cannot be evaluated for this call; who asks decides, and fails closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.expected import did_you_mean
from sidecar.core.policy.cel_alone import cel
from sidecar.core.policy.facts import RequestFacts

# A condition that a person can review is shorter.
MAX_LENGTH = 2000
# A batch with more models, or a request with more tools, is nobody's ordinary call, and each costs an evaluation.
MAX_MODELS = 64
MAX_TOOLS = 2048
# CEL's whole numbers have 64 bits; JSON's have no end.
_LARGEST = 2**63 - 1

FUNCTIONS = frozenset(
    {
        *("all", "exists", "exists_one", "map", "filter", "has"),
        *("size", "contains", "startsWith", "endsWith", "matches"),
        *("int", "uint", "double", "string", "bytes", "dyn"),
    }
)
_TROUBLE = (LookupError, RuntimeError, TypeError, ValueError, ArithmeticError)
_TOKEN = re.compile(
    r"""(?P<text>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))"""
    r"""|(?P<gap>\s+|//[^\n]*)|(?P<name>[A-Za-z_]\w*)|(?P<other>.)""",
    re.DOTALL,
)
_BINDING = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")

Variables = dict[str, dict[str, object]]


class Subject:
    """The call a condition is about, as CEL sees it.

    Translating a call for CEL costs about sixty times what evaluating one condition costs, so it is done once, and only
    when there is a condition at all.
    """

    __slots__ = ("_contexts", "_told")

    def __init__(self, caller: Caller, connection: Connection, facts: RequestFacts) -> None:
        self._told = (caller, connection, facts)
        self._contexts: tuple[cel.Context, ...] | None = None

    def contexts(self) -> tuple[cel.Context, ...]:
        """One for each model that is asked for; none when the call cannot be told to CEL."""
        if self._contexts is None:
            try:
                self._contexts = tuple(self._made())
            except _TROUBLE:
                self._contexts = ()  # a text that CEL cannot hold, such as half a surrogate pair
        return self._contexts

    def _made(self) -> Iterator[cel.Context]:
        caller, connection, facts = self._told
        models = facts.all_models or ("",)
        lists = (facts.tools, facts.media, facts.tool_types, facts.mcp_servers)
        if len(models) > MAX_MODELS or any(len(one) > MAX_TOOLS for one in lists):
            return
        for model in models:
            yield cel.Context(_variables(caller, connection, replace(facts, model=model)))


@dataclass(frozen=True, slots=True)
class Condition:
    source: str
    program: cel.Program = field(repr=False, compare=False)

    def holds(self, subject: Subject) -> bool | None:
        """True or false; None when that cannot be said."""
        answers = [self._one(context) for context in subject.contexts()]
        if any(answer is True for answer in answers):
            return True
        return None if None in answers or not answers else False

    def _one(self, context: cel.Context) -> bool | None:
        try:
            answer = self.program.execute(context)
        except _TROUBLE:
            return None
        return answer if isinstance(answer, bool) else None


def compiled(source: str) -> Condition:
    """The condition, or a `ValueError` that says what is wrong with it."""
    return Condition(source, _program(source))


def checked(source: str) -> str:
    """The source, or a `ValueError` with the first thing that is wrong with it."""
    program = _program(source)
    tokens = [token[0] for token in _TOKEN.finditer(source) if token.lastgroup != "gap"]
    bound = set(_BINDING.findall(source))
    for mistake in (*_unknown_names(program, bound), *_unknown_fields(tokens, bound)):
        raise ValueError(mistake)
    _try(program)
    return source


def _program(source: str) -> cel.Program:
    if len(source) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters: use several rules")
    try:
        return cel.compile(source)
    except ValueError as error:
        raise ValueError(f"expected a CEL expression; {_said(str(error))}") from error


def _said(message: str) -> str:
    """The parser's message without its drawing and without the list of all it would have taken."""
    found = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)", message)
    if found is None:
        return message.partition("\n")[0]
    return f"at character {found[2]}: {found[3].partition(' expecting ')[0]}"


def _unknown_names(program: cel.Program, bound: set[str]) -> Iterator[str]:
    # Functions first: a mistyped macro leaves its variable unbound, which would be named instead.
    for name in program.functions():
        if name[0].isalpha() and name not in FUNCTIONS:
            yield f"unknown function {name!r}{did_you_mean(name, FUNCTIONS)}"
    for name in program.variables():
        if name not in FIELDS and name not in bound:
            yield f"unknown name {name!r}{did_you_mean(name, FIELDS)}"


def _unknown_fields(tokens: list[str], bound: set[str]) -> Iterator[str]:
    for index, root in enumerate(tokens[:-2]):
        if root not in FIELDS or root in bound or tokens[index - 1 : index] == ["."]:
            continue
        joint, name = tokens[index + 1], tokens[index + 2]
        name = name[1:-1] if joint == "[" and name[0] in "\"'" else name if joint == "." else ""
        if name and name not in FIELDS[root]:
            yield f"{root} has no field {name!r}{did_you_mean(name, FIELDS[root])}"


def _try(program: cel.Program) -> None:
    try:
        answer = program.execute(_sample())
    except (LookupError, ArithmeticError):
        return  # an index or a division that the sample happens not to suit
    except (TypeError, RuntimeError, ValueError) as error:
        first = str(error).partition(". ")[0].partition("\n")[0]
        raise ValueError(f"cannot be evaluated: {first}") from error
    if not isinstance(answer, bool):
        raise ValueError(f"expected a condition that is true or false; this one gives {type(answer).__name__}")


def _variables(caller: Caller, connection: Connection, facts: RequestFacts) -> Variables:
    return {
        "identity": {
            "subject": caller.subject,
            "groups": list(caller.groups),
            "provider": caller.provider,
            "claimed_session": caller.claimed_session or "",
            "claimed_agent": caller.claimed_agent or "",
        },
        "request": {
            "model": facts.model,
            "models": list(facts.models),
            "stream": facts.stream,
            "max_tokens": max(0, min(facts.max_tokens or 0, _LARGEST)),
            "prompt_tokens": min(facts.prompt_tokens, _LARGEST),
            "tools": list(facts.tools),
            "tool_types": list(facts.tool_types),
            "mcp_servers": list(facts.mcp_servers),
            "media": list(facts.media),
            "method": facts.method,
            "path": facts.path,
            "endpoint": facts.endpoint,
            "messages": facts.messages,
        },
        "connection": {"name": connection.name, "kind": connection.kind.value},
    }


@lru_cache(maxsize=1)
def _sample() -> Variables:
    facts = RequestFacts(
        "claude",
        ("claude",),
        True,
        1024,
        1000,
        ("Bash",),
        ("image/png",),
        "POST",
        "/v1/messages",
        "messages",
        3,
        ("bash_20250124",),
        ("https://mcp.example.com",),
    )
    caller = Caller("someone", "company", ("engineering",), "session", "agent")
    return _variables(caller, Connection("claude", Kind.CLAUDE, "https://api.anthropic.com"), facts)


FIELDS = {root: frozenset(fields) for root, fields in _sample().items()}
