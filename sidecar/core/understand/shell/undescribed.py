"""A program that no table knows: it runs code, and its own words may say that it takes away.

Strategy: `zfs destroy`, `rabbitmqctl delete_queue`, `kafka-topics --delete`: programs name their verbs alike. Only the
first two operands and whole options are looked at, so that a file or a text called `delete` further on is none.

Rules: a program of the working tree, started by its path, is not judged by its words; neither is a dry run.
"""

import re

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Reading, does, joined
from sidecar.core.understand.shell.flags import flags

_LOSSES = frozenset(listed("del delete destroy drop purge wipe erase obliterate forget truncate terminate nuke"))
_OPTIONS = _LOSSES | {"delete-all", "destroy-all", "purge-all", "drop-all", "remove-all"}
_HARMLESS = ("help", "version", "dry-run", "dryrun", "check", "simulate")


def undescribed(call: Call) -> Reading:
    runs = does(Effect.RUNS_CODE, call, Object(Thing.COMMAND, call.name), why="a program nobody described")
    read = flags(call.args)
    if read.has(*_HARMLESS):
        return runs
    words = {piece for word in read.operands[:2] for piece in _pieces(word.text)}
    given = {option for option, _ in read.given}
    long = {option.lstrip("-") for option in (word.text for word in call.args) if option.startswith("-")}
    if not (words & _LOSSES or (given | long) & _OPTIONS):
        return runs
    return joined(runs, does(Effect.DESTROYS_DATA, call, why="it says that it takes away"))


def _pieces(text: str) -> tuple[str, ...]:
    """`delete_queue`, `db:drop`, `topic-delete`: the first or the last piece is the verb."""
    pieces = re.split(r"[-_:]", text.lower()) if len(text) <= 40 and re.fullmatch(r"[\w:-]+", text) else []
    return (pieces[0], pieces[-1]) if pieces else ()
