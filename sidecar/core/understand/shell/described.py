"""A program that a policy describes: its effects as they stand there, and what its arguments say on top.

Strategy: a description takes the place of "nobody described it", and of nothing else. What the call is given counts
as before: a command behind `--` or in an option, SQL, an address elsewhere, a device, a file that holds a secret.

Rules:
- Where the shell looks for programs in a folder of somebody's choice, or the program was written by the same text, it
  is not the one that was described.
- Of a program that a table knows a description only adds.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from sidecar.core.model.described import DescribedProgram, Own, as_program
from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.brought import brought
from sidecar.core.understand.shell.call import HOLE, NOTHING, Argv, Call, Reading, Run, Script, Word, joined
from sidecar.core.understand.shell.commands.interpreters import INTERPRETERS
from sidecar.core.understand.shell.commands.touching import reading, removing, writing
from sidecar.core.understand.shell.fit import Said, keeps_programs, names, said
from sidecar.core.understand.shell.flags import flags
from sidecar.core.understand.shell.scope import Scope
from sidecar.core.understand.shell.told import is_command, told
from sidecar.core.understand.shell.undescribed import MOST_WORDS, PLAINLY, pointed_at, started, statements

Known = Callable[[str], object | None]
# Programs whose names are no verbs of others: behind a program that somebody described they are run by it.
_RUN_BY_OTHERS = PLAINLY | frozenset(
    listed(
        "kubectl docker podman git aws gcloud az terraform helm psql mysql sqlite3 mongosh redis-cli ssh scp rsync make"
        " npm npx yarn pnpm pip uv cargo systemctl dd mkfs chmod chown"
    )
)
_LINE = re.compile(r"(^|\s)-\w|[|;<>`]|&&|\$\(|(^|\s)[~.]{0,2}/|https?://")
_FILE = re.compile(r"[^\s=]*\.[A-Za-z]\w*|[^\s=]*/[^\s=]*|~")
# What stands behind one of these is read, whatever the program does.
_FROM = frozenset(listed("c config f file i in input from kubeconfig settings values vars var-file template"))
_MILD = frozenset({Effect.READS})


def said_of(own: Own, scope: Scope, call: Call) -> Said | None:
    """What the descriptions say of a call, from where the shell stands."""
    return said(own, call.name, call.args, _standing(scope)) if own else None


def of_other_words(own: Own, scope: Scope, call: Call) -> tuple[str, ...]:
    """Where policies describe some of a program's words, they have the last word about the others."""
    if not call.args or asks_for_help(call) or not names(own, call.name, _standing(scope)):
        return ()
    return (f"policies describe {call.name}, but not with these words; {as_program(call.name)}",)


def script_given(own: Own, scope: Scope, call: Call) -> Reading:
    """`bash bin/deploy prod`: the program that was described is given to an interpreter."""
    operands = flags(call.args, stop=True).operands if call.name in INTERPRETERS else ()
    if not operands or not operands[0].known:
        return NOTHING
    script = Call(operands[0].text, operands[1:], call.stdin, call.files)
    found = said_of(own, scope, script)
    return added(script, found.entries) if found is not None else NOTHING


def _standing(scope: Scope) -> str:
    where = scope.get("PWD")
    return where[0].text if where else HOLE


def described(call: Call, found: Said, known: Known) -> Reading:
    """What the descriptions and the arguments say. `known`: whether a table knows a program of that name."""
    if len(call.args) > MOST_WORDS:
        return joined(added(call, found.entries), Reading(unread=(f"more than {MOST_WORDS} words for a program",)))
    rest = Call(call.name, call.args[found.words :], call.stdin, call.files)
    before = tuple(word for word in _until_strokes(rest.args))
    behind = rest.args[len(before) + 1 :]
    if asks_for_help(call):
        return Reading(notes=tuple(f"{_told_by(one)}; it is asked for help" for one in found.entries))
    effects = {effect for one in found.entries for effect in one.effects}
    inner = (
        *started(rest, flags(before), before, behind, known, _RUN_BY_OTHERS),
        *_behind_options(before),
        *statements(before),
        *_lines(before, call.name, known),
    )
    mild = effects <= _MILD
    touched = tuple(_touched(before, effects, call.name))
    given = Reading((*pointed_at(call, before, asks=mild), *touched), inner)
    return joined(added(call, found.entries), given, told(call, known))


def added(call: Call, entries: Iterable[DescribedProgram]) -> Reading:
    """What the descriptions say, and no more."""
    thing = Object(Thing.COMMAND, call.name)
    deeds, notes, unread = [], [], []
    for one in entries:
        notes += [] if one.effects - {Effect.UNKNOWN} else [_told_by(one)]
        unread += [f"{one.where} says that nobody knows: {call.shown}"] if Effect.UNKNOWN in one.effects else []
        effects = sorted(one.effects - {Effect.UNKNOWN})
        deeds += [Deed(effect, f"described by {one.where}: {call.shown}", (thing,)) for effect in effects]
    return Reading(tuple(deeds), (), tuple(unread), notes=tuple(notes))


def not_the_one(call: Call, scope: Scope, changed: Iterable[str]) -> str:
    """Why what runs may be another program than the one that was described; nothing where it is that one. `changed`:
    what the same text wrote before."""
    if "/" not in call.name:
        if _searched(scope):
            return f"{call.name} is looked up in {_searched(scope)}, so it may not be the program that was described"
    elif call.name.startswith("~") and "HOME" in scope.values:
        return f"{call.name} is in a home that was set just now, so it may not be the program that was described"
    elif brought(scope.files, call.name) or paths.folded(call.name) in scope.files:
        return f"{call.name} was written just now, so it is not the program that was described"
    return rewritten(call.name, changed)


def _searched(scope: Scope) -> str:
    """The folder of somebody's choice in which this text has programs looked up."""
    folders = [folder for way in scope.values.get("PATH", ()) for word in way for folder in word.text.split(":")]
    odd = next((one for one in folders if not _keeps(one, scope)), None)
    return "" if odd is None else odd.replace(HOLE, "…") or "this folder"


def _keeps(folder: str, scope: Scope) -> bool:
    return keeps_programs(paths.folded(folder)) and not (folder.startswith("~") and "HOME" in scope.values)


def rewritten(name: str, changed: Iterable[str]) -> str:
    """Why it may be another program by now; nothing where it is not. `.`: files of the working tree were unpacked."""
    last = name.rpartition("/")[2]
    whole = paths.folded(name)
    for path in changed:
        clean = paths.folded(path.removesuffix("/*") or "/")
        holds = whole.startswith(f"{clean}/") if "/" in name else keeps_programs(clean)
        unpacked = clean == "." and "/" in name and not whole.startswith(("/", "~"))
        if clean.rpartition("/")[2] == last or holds or unpacked:
            return f"{path} was changed just now, so {name} may not be the program that was described"
    return ""


def _told_by(one: DescribedProgram) -> str:
    return f"described by {one.where}: {' or '.join(sorted(one.effects)) or 'harmless'}"


def asks_for_help(call: Call) -> bool:
    """`acmectl tenants delete --help`: nothing but words before it."""
    *words, last = call.args or (Word(""),)
    plain = all(word.known and not word.text.startswith("-") for word in words)
    return last.text in {"--help", "--version"} and plain and len(words) <= 4


def _behind_options(words: tuple[Word, ...]) -> Iterator[Run]:
    """`scanq --jobs 4 rm -rf x`: the first word that is no option's value may be a program."""
    for at, (option, word) in enumerate(pairwise((Word(""), *words))):
        if word.text.startswith("-"):
            continue
        if at and word.text in _RUN_BY_OTHERS:
            yield Argv(words[at:])
        if not option.text.startswith("-"):
            return


def _until_strokes(args: tuple[Word, ...]) -> tuple[Word, ...]:
    at = next((at for at, word in enumerate(args) if word.text == "--"), len(args))
    return args[:at]


def _lines(words: tuple[Word, ...], label: str, known: Known) -> Iterator[Run]:
    """One argument that is a command line, and no sentence that begins with the name of a program."""
    for word in words:
        text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
        first = text.strip().partition(" ")[0].rpartition("/")[2]
        if is_command(text, known) and (first in _RUN_BY_OTHERS or _LINE.search(text)):
            yield Script(Word(text), label)


def _touched(words: tuple[Word, ...], effects: set[Effect], how: str) -> Iterator[Deed]:
    """The files that it is given, by what it does with files."""
    for option, word in zip((Word(""), *words), words, strict=False):
        text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
        if not _FILE.fullmatch(text) or "://" in text:
            continue
        name = (word.text.partition("=")[0] if word.text.startswith("-") else option.text).lstrip("-")
        given = (Word(text),)
        if Effect.WRITES in effects and name not in _FROM:
            yield from writing(given, how)
        if Effect.DELETES in effects:
            yield from removing(given, how, tree=False)
        if Effect.READS in effects or name in _FROM:
            yield from reading(given, how)
