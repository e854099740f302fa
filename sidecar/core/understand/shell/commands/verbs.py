"""Programs with verbs (`git push`, `kubectl delete`): rows of a table to a reader.

Rules:
- A row fits when the operands begin with its words (`*` fits any part of one); every row that fits counts.
- An option that takes no value may hide one that does: where a program's first operand is no verb of the table, the
  next one is tried.
- A verb that no row names is judged by its own words (`said`).
- `--help` shows a text and does nothing else; so does a dry run, where the program has one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand.shell.call import HOLE, NOTHING, Call, Reader, Reading, Stream, Word
from sidecar.core.understand.shell.flags import Flags, flags
from sidecar.core.understand.shell.said import said


@dataclass(frozen=True, slots=True)
class Verb:
    """`only`: one of these options must be given. `unless`: none of these."""

    words: tuple[str, ...]
    effect: Effect
    only: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    network: bool = False


def rows(effect: Effect, *lines: str, network: bool = False) -> list[Verb]:
    """`delete * ? --force -f ! --dry-run`: words, the options that are needed, the options that make it harmless. A
    semicolon ends a row."""
    return [_row(effect, row, network) for line in lines for row in line.split("; ")]


def _row(effect: Effect, line: str, network: bool) -> Verb:
    before, _, unless = line.partition(" ! ")
    words, _, only = before.partition(" ? ")
    return Verb(tuple(words.split()), effect, _names(only), _names(unless), network)


def _names(text: str) -> tuple[str, ...]:
    return tuple(word.lstrip("-") for word in text.split())


def fitting(table: Iterable[Verb], read: Flags) -> list[Verb]:
    found: list[Verb] = []
    for skip in (0, 1, 2):
        operands = [word.text for word in read.operands[skip:]]
        found = [verb for verb in table if _fits(verb, operands, read)]
        if found or not read.given:
            break
    return found


def _by_itself(call: Call, table: Iterable[Verb], read: Flags, found: Iterable[Verb]) -> tuple[Effect, ...]:
    """What a verb says that no row names."""
    if any(set(verb.words) - {"*"} for verb in found):
        return ()
    effects = said(read, name=call.name, shown=[word.text for word in call.args if word.text.startswith("-")])
    return effects if effects and not _named(table, read) else ()


def _named(table: Iterable[Verb], read: Flags) -> bool:
    """Whether the table has this verb at all, whatever its options."""
    texts, tried = [word.text for word in read.operands], 3 if read.given else 1
    return any(
        set(verb.words) - {"*"} and _worded(verb, texts[skip:])
        for verb in table
        for skip in range(min(tried, len(texts)))
    )


def _worded(verb: Verb, operands: Sequence[str]) -> bool:
    if len(operands) < len(verb.words):
        return False
    # Not with `all` and a pattern for each: of a table of seventy rows nearly every first word is another one.
    for have, want in zip(operands, verb.words, strict=False):
        if have != want and ("*" not in want or not fnmatchcase(have, want)):
            return False
    return True


def _fits(verb: Verb, operands: Sequence[str], read: Flags) -> bool:
    if not _worded(verb, operands):
        return False
    return (not verb.only or read.has(*verb.only)) and not (verb.unless and read.has(*verb.unless))


def verbs(
    table: list[Verb], valued: str = "", *, dry: str = "", other: Effect = Effect.WRITES, long: bool = False
) -> Reader:
    """A reader for one program. `other`: what a verb does that the table does not know."""
    takes, dries = frozenset(valued.split()), tuple(dry.split())

    def reader(call: Call) -> Reading:
        read = flags(call.args, takes, long=long)
        if _only_tells(read, dries):
            return NOTHING
        found = fitting(table, read)
        things = tuple(Object(Thing.RESOURCE, word.shown) for word in read.operands[1:4])
        computed = tuple(f"a computed verb of {call.name}" for word in read.operands[:1] if HOLE in word.text)
        effects = dict.fromkeys(verb.effect for verb in found)
        effects |= dict.fromkeys(_by_itself(call, table, read, found))
        effects = effects or ({other: None} if read.operands else {})
        deeds = tuple(Deed(effect, call.shown, things) for effect in effects)
        out = Stream(hosts=(call.name,)) if any(verb.network for verb in found) else Stream()
        return Reading(deeds, (), computed, out)

    return reader


def _only_tells(read: Flags, dries: tuple[str, ...]) -> bool:
    if any(option in {"help", "version"} for option, _ in read.given):
        return True
    if read.operands and read.operands[0].text in {"help", "version", "completion"}:
        return True
    told = [(option, value) for option, value in read.given if option in dries]
    return any(value is None or value.text not in {"none", "false"} for _, value in told)


def options(call: Call, valued: str = "") -> Flags:
    return flags(call.args, frozenset(valued.split()))


def texts(words: Iterable[Word]) -> list[str]:
    return [word.text for word in words]
