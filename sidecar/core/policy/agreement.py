"""What several keys of a policy must be together.

Strategy: the checks read the document as it was written, not the validated one, so that a mistake in one key does not
hide a mistake in another. What is not of the right shape is passed over here: the shape is checked elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sidecar.core.errors import Mistake
from sidecar.core.model.document import Document, Path, named
from sidecar.core.model.expected import did_you_mean
from sidecar.core.policy.agreement_on_calls import about_calls, calls_disagree
from sidecar.core.policy.agreement_on_results import limits_disagree, results_disagree, sequences_disagree
from sidecar.core.policy.pattern import Globs

Raw = Mapping[str, object]
Wrong = tuple[Path, str]

OF_A_HOLD = ("approvers", "approvals", "timeout", "rationale", "reuse")
WORDS_OF_AN_ANSWER = ("response", "thinking")
TEXT_SOURCES = ("regex", "keywords", "changed")


def disagreements(document: Document, detectors: Sequence[str]) -> list[Mistake]:
    """Every mistake that only shows when keys are looked at together, or against the detectors there are."""
    rules = _rules(document)
    found = [*_repeated_ids(document, rules), *_passes_by_name(document)]
    if isinstance(document.value, dict) and isinstance(limits := document.value.get("limits"), dict):
        found += [(("limits", *place), said) for place, said in limits_disagree(limits)]
    for at, rule in rules:
        found += [((*at, *place), said) for check in _CHECKS for place, said in check(rule)]
        found += [((*at, *place), said) for place, said in _unknown_detectors(rule, detectors)]
    return [document.mistake(path, f"{named(path)}: {said}") for path, said in found]


def _rules(document: Document) -> list[tuple[Path, Raw]]:
    listed = document.value.get("rules") if isinstance(document.value, dict) else None
    if not isinstance(listed, list):
        return []
    return [(("rules", index), rule) for index, rule in enumerate(listed) if isinstance(rule, dict)]


def _match(rule: Raw) -> Raw:
    match = rule.get("match")
    return match if isinstance(match, dict) else {}


def _sources(rule: Raw) -> list[str]:
    """The keys that find text in this rule."""
    own = [f"match.{key}" for key in TEXT_SOURCES if key in _match(rule)]
    own += ["mask"] if "mask" in rule else []
    return ["detect", *own] if "detect" in rule else own


def _repeated_ids(document: Document, rules: Sequence[tuple[Path, Raw]]) -> Iterator[Wrong]:
    first: dict[str, int] = {}
    for at, rule in rules:
        name = rule.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            yield (*at, "id"), f"{name!r} is already the id of the rule on line {first[name]}"
        first.setdefault(name, document.line(at))


def _passes_by_name(document: Document) -> Iterator[Wrong]:
    """What may go unrecorded is named: a policy for everything would switch the record off where nobody looked."""
    match document.value:
        case {"record": {"when_full": "pass"}, "applies": {"connections": str() | list() as named}} if _by_name(named):
            return
        case {"record": {"when_full": "pass"}}:
            yield ("record", "when_full"), "`pass` is for connections by name: name them in applies.connections"


def _by_name(named: object) -> bool:
    globs = named if isinstance(named, list) else [named]
    return bool(globs) and all(isinstance(glob, str) and glob.strip("*") for glob in globs)


def _not_yet(rule: Raw) -> Iterator[Wrong]:
    where = rule.get("where")
    named = where if isinstance(where, list) else [where]
    late = [place for place in named if place in WORDS_OF_AN_ANSWER]
    if rule.get("do") == "hold" and late:
        yield (
            ("where",),
            f"not yet: what is on its way to the agent ({', '.join(late)}) cannot be held; hold system, prompt, "
            "tool_result or tool_call, or use deny",
        )


def _looks_at_something(rule: Raw) -> Iterator[Wrong]:
    sources = _sources(rule)
    if len(sources) > 1:
        yield ("match",), f"{' and '.join(sources)} cannot stand in one rule: write one rule for each"
    if sources or about_calls(rule):
        return
    narrow = [key for key in ("path", "tool") if key in _match(rule)]
    if narrow:
        yield (
            ("match", narrow[0]),
            f"only narrows where text is looked for: add detect, match.regex or match.keywords"
            f"{_BY_TOOL if narrow[0] == 'tool' else ''}",
        )
    elif not {"media", "model", "upgrade"} & set(_match(rule)) and "if" not in rule:
        yield (), "needs something to go by: detect, match or if (`if: 'true'` means always)"
    if "where" in rule and not narrow:
        yield ("where",), "has no meaning here: this rule looks at no text (add detect, match.regex or match.keywords)"
    if rule.get("do") == "mask":
        yield ("do",), "a mask needs something to find: add detect, match.regex or match.keywords"


def _changed(rule: Raw) -> Iterator[Wrong]:
    """Nothing stands in a text that could be taken out of it, and nowhere else is there a before."""
    if "changed" not in _match(rule):
        return
    if rule.get("where") not in ("tool_description", ["tool_description"]):
        yield ("match", "changed"), "is about the tools that a server lists: say `where: [tool_description]`"
    if rule.get("do") == "mask":
        yield ("do",), "what changed cannot be masked: hold it or deny it"


_BY_TOOL = (
    "; or say `where: [tool_call]`, for the calls of it; or, to refuse requests that offer a tool, use if: "
    'request.tools.exists(t, t == "NAME")'
)


def _keys_of_an_action(rule: Raw) -> Iterator[Wrong]:
    do = rule.get("do")
    for key, actions in _FOR.items():
        if key in rule and isinstance(do, str) and do not in actions:
            said = " or ".join(f"`do: {action}`" for action in actions)
            yield (key,), f"has a meaning only with {said}, and this rule says `do: {do}`"
    if "say" in rule and do in ("mask", "allow"):
        yield ("say",), f"is read by the client in a denial, and this rule says `do: {do}`"


_FOR = {
    "how": ("mask",),
    "numbers": ("mask",),
    "label": ("mask",),
    "deny": ("deny", "hold"),
    "instead": ("deny", "hold"),
    "quarantine": ("deny", "hold"),
} | dict.fromkeys(OF_A_HOLD, ("hold",))


def _unknown_detectors(rule: Raw, detectors: Sequence[str]) -> Iterator[Wrong]:
    named = rule.get("detect")
    globs = named if isinstance(named, list) else [named]
    for index, glob in enumerate(globs):
        if not isinstance(glob, str) or not glob.strip() or len(glob) > 256 or not _written_in_unicode(glob):
            continue
        if not any(Globs((glob,)).fits(name) for name in detectors):
            families = {f"{name.partition('/')[0]}/*" for name in detectors}
            known = families if "*" in glob else {*detectors, *families}
            place: Path = ("detect", index) if isinstance(named, list) else ("detect",)
            yield place, f"no detector is called {glob!r}{did_you_mean(glob, known)}"


def _written_in_unicode(word: str) -> bool:
    """Not half a surrogate pair, which no pattern can hold; its shape is refused elsewhere."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


_CHECKS: tuple[Callable[[Raw], Iterator[Wrong]], ...] = (
    _not_yet,
    _looks_at_something,
    _keys_of_an_action,
    calls_disagree,
    results_disagree,
    sequences_disagree,
    _changed,
)
