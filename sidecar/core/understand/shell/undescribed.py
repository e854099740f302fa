"""A program that no table knows: it runs code, and its own words may say what else it does.

Strategy: its verbs are read by `said`; a command that it is given to run (`tool exec -- rm -rf x`, `tool -c 'rm x'`) is
a call of its own; what it is pointed at counts too: an address, a device, a file that holds a secret.

Rules: a program of the working tree, started by its path, is not judged by its words; neither is a dry run.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from sidecar.core.model.described import as_program
from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.secret_names import names_secret
from sidecar.core.understand.shell.call import (
    NOTHING,
    Argv,
    Call,
    Reading,
    Run,
    Script,
    Statements,
    Word,
    deed,
    does,
    host,
    joined,
)
from sidecar.core.understand.shell.commands.hosts import host_of, is_local, is_metadata
from sidecar.core.understand.shell.commands.interpreters import INTERPRETERS
from sidecar.core.understand.shell.commands.remove import REMOVERS
from sidecar.core.understand.shell.flags import Flags, flags
from sidecar.core.understand.shell.said import LOSSES, said
from sidecar.core.understand.shell.tame import tame
from sidecar.core.understand.shell.told import is_command, is_sql

MOST_WORDS = 1000  # nobody types more, and each may be a program that is given the rest
LONGEST_LOOK = 200  # an address that says where, not one that carries something
_ASKS = frozenset(listed("inspect list ls get show describe status pull fetch info head view validate check manifest"))
_HARMLESS = ("help", "version", "dry-run", "dryrun", "check", "simulate", "what-if")
_STARTS = frozenset(listed("run exec execute shell spawn enter start ssh sh with"))
_TEXTS = frozenset(listed("c e x cmd command run exec execute eval shell shell-command"))
# At the beginning these are programs and nothing else; `env` or `set` are verbs of many.
_VERBS_TOO = frozenset(listed("format install patch init trash wipe ."))
PLAINLY = frozenset({*REMOVERS, *INTERPRETERS, "curl", "wget", "sudo"}) - _VERBS_TOO
_WHY = {
    Effect.DESTROYS_DATA: "it says that it takes away",
    Effect.DELETES: "it says that it takes away",
    Effect.CHANGES_ACCESS: "it says that it changes who may do what",
    Effect.READS_SECRET: "it says that it shows a secret",
    Effect.LEAVES_MACHINE: "it says that it sends",
    Effect.SPENDS: "it says that it pays",
    Effect.ESCALATES: "it says that nobody is to be asked",
}


def undescribed(call: Call, known: Callable[[str], object | None]) -> Reading:
    """`known`: whether a table knows a program of that name."""
    runs = does(Effect.RUNS_CODE, call, Object(Thing.COMMAND, call.name), why="a program nobody described")
    if len(call.args) > MOST_WORDS:
        return joined(runs, Reading(unread=(f"more than {MOST_WORDS} words for a program nobody described",)))
    before, after = _divided(call.args)
    read = flags(before)
    if read.has(*_HARMLESS):
        return runs
    shown = [word.text for word in before if word.text.startswith("-")]
    effects = dict.fromkeys((*said(read, shown, call.name), *_by_name(call.name)))
    told = [deed(effect, f"{_WHY[effect]}: {call.shown}") for effect in effects]
    inner = (*started(call, read, before, after, known), *statements(before))
    more = set(effects) - {Effect.DELETES}
    unread = (
        ()
        if more or (inner and not effects) or tame(call.name, before)
        else (f"nobody described what {call.name} does; {as_program(call.name)}",)
    )
    asks = not told and any(word.text in _ASKS for word in read.operands[:2])
    return Reading((*runs.deeds, *told, *pointed_at(call, before, asks=asks)), inner, unread)


_SENDER = re.compile(r"slack|discord|telegram|paste|sprunge|termbin|transfer|upload|tweet|sms|sendgrid|mailgun")


def _by_name(name: str) -> Iterator[Effect]:
    """`kafka-delete-records.sh`, `cloud-nuke`: the program is called after what it does."""
    if LOSSES & set(re.split(r"[-_.]", name.lower())):
        yield Effect.DESTROYS_DATA
    if _SENDER.search(name.lower()):
        yield Effect.LEAVES_MACHINE


def _divided(args: tuple[Word, ...]) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """What stands before `--`, and the command behind it."""
    at = next((at for at, word in enumerate(args) if word.text == "--"), len(args))
    return args[:at], args[at + 1 :]


def started(
    call: Call,
    read: Flags,
    before: tuple[Word, ...],
    after: tuple[Word, ...],
    known: Callable[[str], object | None],
    plainly: frozenset[str] = PLAINLY,
) -> Iterator[Run]:
    """What it is given to run. `plainly`: programs that its first word is no verb like."""
    if after:
        yield Argv(after, call.stdin)
    for at, word in enumerate(read.operands[:4]):
        rest = read.operands[at:]
        led = at > 0 and any(one.text in _STARTS for one in read.operands[:at])
        if (word.text in plainly and at == 0) or (led and known(word.text) is not None):
            yield Argv(_all_from(before, rest[0]), call.stdin)
            break
    for option, value in pairwise(before):
        if option.text.startswith("-") and option.text.lstrip("-") in _TEXTS and is_command(value.text, known):
            yield Script(value, call.name)


def registers(call: Call) -> Reading:
    """A program of the working tree that is given an address elsewhere and a token for it."""
    away = [word for word in call.args if "://" in word.text and not is_local(word.text)]
    token = any(word.text.startswith("-") and names_secret(word.text.strip("-")) for word in call.args)
    return does(Effect.LEAVES_MACHINE, call, *(host(host_of(w.text)) for w in away)) if away and token else NOTHING


def hidden(words: tuple[Word, ...], known: Callable[[str], object | None]) -> tuple[Word, ...]:
    """The command behind a word that is no program: the value of an option that no table has, most likely."""
    for at, word in enumerate(words[:3]):
        last = word.text.rpartition("/")[2]
        if known(last) is not None and (at == 0 or last not in _VERBS_TOO):
            return words[at:] if at else ()
    return ()


def _all_from(words: tuple[Word, ...], first: Word) -> tuple[Word, ...]:
    """With the options that belong to it."""
    at = next(at for at, word in enumerate(words) if word is first)
    return words[at:]


def statements(words: tuple[Word, ...]) -> Iterator[Run]:
    """`usql -c 'DROP TABLE x'`: whatever the client is called."""
    for word in words:
        if is_sql(word.text):
            yield Statements(word, None)


def pointed_at(call: Call, words: tuple[Word, ...], *, asks: bool) -> Iterator[Deed]:
    """`asks`: its verb only looks at what is there."""
    for word in words:
        text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
        if " " in text or not text:
            continue
        if is_metadata(text):
            yield deed(Effect.READS_SECRET, call.shown, host(host_of(text)))
        if "://" in text and not is_local(text):
            looks = asks and word.known and len(text) < LONGEST_LOOK
            yield deed(Effect.READS if looks else Effect.LEAVES_MACHINE, call.shown, host(host_of(text)))
        elif paths.is_device(text):
            yield deed(Effect.DESTROYS_DATA, f"a program nobody described, on a device: {call.shown}")
        elif paths.is_secret(text):
            yield deed(Effect.READS_SECRET, f"{call.name} {word.shown}", Object(Thing.PATH, word.shown))
