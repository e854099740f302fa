"""What a policy says that programs and tools do: checked, and compiled.

Rules:
- What a table knows nobody makes safer: a description only adds to it, and one that adds nothing is a mistake.
- One thing is described once in a policy.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sidecar.core.errors import Mistake
from sidecar.core.model.described import DescribedProgram, DescribedTool, Descriptions
from sidecar.core.model.document import Document
from sidecar.core.model.effect import Effect
from sidecar.core.policy.describe_written import HARMLESS, UnderstandWritten
from sidecar.core.policy.words import MAX_ENTRIES

KEY = "understand"
KINDS = ("programs", "tools")
# None of these is more than a program that nobody looks at closely may do.
_MILD = frozenset({HARMLESS, "reads", "writes", "runs_code"})
_ANY = "*"
# Each is tried at every call of the program: a thousand calls in one text take half a second then.
MOST_WORDINGS = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What a gate knows by itself. `program`: by name; `tool`: the name of one that fits, or none."""

    program: Callable[[str], bool]
    tool: Callable[[str], str]


NOTHING_KNOWN = Known(lambda _: False, lambda _: "")


def descriptions(policy: str, written: UnderstandWritten | None, document: Document) -> Descriptions:
    """Compiled. They say where they stand."""
    if written is None:
        return Descriptions()
    programs: dict[str, tuple[DescribedProgram, ...]] = {}
    for key, effects in (written.programs or {}).items():
        name, *words = _meant(key)
        one = DescribedProgram(name, tuple(words), _effects(effects), _where(policy, document, "programs", key))
        last = name.rpartition("/")[2].casefold()
        programs[last] = (*programs.get(last, ()), one)
    tools = (
        DescribedTool(key, _effects(effects), _where(policy, document, "tools", key))
        for key, effects in (written.tools or {}).items()
    )
    return Descriptions(programs, tuple(tools))


def _meant(key: str) -> tuple[str, ...]:
    """`acmectl deploy *` is what begins with `acmectl deploy`."""
    words = key.split(" ")
    while len(words) > 1 and words[-1] == _ANY:
        words.pop()
    return tuple(words)


def _effects(written: Sequence[str]) -> frozenset[Effect]:
    return frozenset(Effect(one) for one in written if one != HARMLESS)


def _where(policy: str, document: Document, kind: str, key: str) -> str:
    return f"policy {policy}, line {document.line((KEY, kind, key))}"


def wrongly_described(document: Document, known: Known) -> Iterator[Mistake]:
    """Every mistake that its shape does not show."""
    said = document.value.get(KEY) if isinstance(document.value, dict) else None
    for kind in KINDS:
        entries = said.get(kind) if isinstance(said, dict) else None
        if isinstance(entries, dict):
            for key, wrong in _wrong(kind, entries, known, document):
                yield document.mistake((KEY, kind, key), f"{KEY}.{kind}.{key}: {wrong}")


def _wrong(kind: str, entries: Mapping[str, object], known: Known, document: Document) -> Iterator[tuple[str, str]]:
    first: dict[tuple[str, ...], str] = {}
    names = Counter(_meant(key)[0] for key in entries)
    name, most = names.most_common(1)[0] if names and kind == "programs" else ("", 0)
    if most > MOST_WORDINGS:
        key = next(key for key in entries if _meant(key)[0] == name)
        yield key, f"{name} is described {most} times; {MOST_WORDINGS} are the most: use `*`, or fewer words"
    if len(entries) > MAX_ENTRIES:
        yield next(iter(entries)), f"expected at most {MAX_ENTRIES} entries: write several policies"
    for key, value in entries.items():
        effects = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
        if HARMLESS in effects and len(set(effects)) > 1:
            others = ", ".join(one for one in effects if one != HARMLESS)
            yield key, f"`harmless` means no effect, and here stands {others} as well: take one of the two out"
        meant = _meant(key) if kind == "programs" else (key,)
        if meant in first:
            line = document.line((KEY, kind, first[meant]))
            yield key, f"says the same words as {first[meant]!r} on line {line}: keep one"
        first.setdefault(meant, key)
        already = _already(kind, meant[0], known)
        if already and effects and _MILD.issuperset(effects):
            yield key, already.format(" and ".join(effects))


def _already(kind: str, name: str, known: Known) -> str:
    """What to say of one that a table knows; empty for others."""
    adds = (
        "a description can only add to what is found there, and `{}` adds nothing: name what it does beyond that "
        "(destroys_data, spends, leaves_machine, …), or take the line out"
    )
    if kind == "programs":
        last = name.rpartition("/")[2]
        return f"{last} is a program that is read by itself, word for word; {adds}" if known.program(last) else ""
    tool = known.tool(name)
    covered = "every tool" if tool == _ANY else tool
    return f"covers {covered}, whose calls are read by themselves; {adds}" if tool else ""
