"""One call: find out what the words run, ask the program's reader, and read what it runs in turn.

Rules:
- A name that is computed, that holds letters of another script, or that a pattern must complete first is unknown.
- A program that no table knows runs code: that is its effect.
- A file that this text wrote before is read when it is run; one that came from the network runs code from there.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand import paths
from sidecar.core.understand.code import in_code
from sidecar.core.understand.shell.brought import brought
from sidecar.core.understand.shell.budget import Budget, Done
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Argv,
    Call,
    Code,
    Reading,
    Run,
    Script,
    Statements,
    Stream,
    Word,
    deed,
    does,
    joined,
)
from sidecar.core.understand.shell.commands.looking import PRINTS
from sidecar.core.understand.shell.commands.tasks import named_loss
from sidecar.core.understand.shell.described import added, described, not_the_one, of_other_words, said_of, script_given
from sidecar.core.understand.shell.initial import initial
from sidecar.core.understand.shell.programs import program
from sidecar.core.understand.shell.remember import remember
from sidecar.core.understand.shell.scope import Scope
from sidecar.core.understand.shell.told import told
from sidecar.core.understand.shell.undescribed import hidden, registers, undescribed
from sidecar.core.understand.sql.read import sql
from sidecar.core.understand.sql.started import only_on_client, programs

if TYPE_CHECKING:
    from sidecar.core.understand.shell.walk import Walk

Span = tuple[int, int]
DEEPEST_CALLS = 40
# These change no content of a file.
# These change no file's content.
_KEEP_CONTENT = frozenset({"chmod", "chown", "chgrp", "touch", "mkdir"})
# These may write over any file of the working tree.
_UNPACK = frozenset({"unzip", "7z", "7za", "cpio", "patch", "unrar"})
_TARS = frozenset({"tar", "bsdtar", "gtar"})
# Where the programs of a system or of a project's own tools lie; the name alone says what they are.
_BINARIES = ("bin", "sbin", ".bin", "Scripts")


def run_call(walk: Walk, scope: Scope, words: tuple[Word, ...], stdin: Stream, span: Span) -> Done:
    """What a list of words does when the shell runs it."""
    if not words:
        return Done((), Stream(""))
    name = words[0]
    wrong = _unknown_name(name)
    if wrong:
        walk.budget.unread.append(wrong)
        return Done((Node(wrong),), Stream())
    if len(walk.budget.calls) > DEEPEST_CALLS:
        walk.budget.unread.append("too many commands that run commands")
        return Done()
    call = Call(name.text, words[1:], stdin, scope.files)
    walk.budget.calls.append("")
    done = _called(walk, scope, call, span)
    walk.budget.calls.pop()
    return done


def _unknown_name(name: Word) -> str:
    if not name.known or not name.text:
        return f"the name of a command is computed: {name.shown}"
    if not name.text.isascii():
        return "the name of a command holds letters of another script or none that show"
    if any(letter in name.text for letter in "*?{}~ \t\n") and not name.text.startswith("~/"):
        return f"the name of a command is a pattern: {name.shown[:60]}"
    return ""


def _called(walk: Walk, scope: Scope, call: Call, span: Span) -> Done:
    nodes: tuple[Node, ...] = ()
    out: Stream | None = None
    if call.name in scope.aliases:
        text = " ".join([scope.aliases[call.name], *(_quoted(word) for word in call.args)])
        inner = replace_aliases(scope, call.name)
        nodes += (walk.read(text, inner, walk.budget, f"alias {call.name}", span),)
    if call.name in scope.functions:
        done = walk.function(scope, call)
        nodes, out = nodes + done.nodes, done.out
        if program(call.name) is None and not said_of(walk.budget.own, scope, call):
            return Done(nodes, out)
    elif nodes and program(call.name) is None and not said_of(walk.budget.own, scope, call):
        return Done(nodes, Stream())
    reading = initial(call, _reading(walk, scope, call))
    if call.name not in _KEEP_CONTENT:
        walk.budget.note(reading.deeds)
    if _unpacks(call):
        walk.budget.changed.add(".")
    node = applied(walk, scope, reading, call.shown, span)
    remember(scope, call, walk.budget.changed)
    return Done((*nodes, node), reading.out)


def _unpacks(call: Call) -> bool:
    if call.name not in _TARS:
        return call.name in _UNPACK
    given = [word.text for word in call.args]
    return any(text in {"--extract", "--get"} for text in given) or any("x" in text.lstrip("-") for text in given[:1])


def applied(walk: Walk, scope: Scope, reading: Reading, label: str, span: Span) -> Node:
    """A reading as a step of the tree, with all that it runs."""
    children = [_inner(walk, scope, run, span) for run in reading.runs]
    walk.budget.unread += reading.unread
    deeds = tuple(replace(one, start=span[0], end=span[1]) for one in reading.deeds)
    return Node(label, deeds, (*(Node(note) for note in reading.notes), *(child for child in children if child)))


def replace_aliases(scope: Scope, name: str) -> Scope:
    """An alias does not expand itself again."""
    inner = scope.copy()
    del inner.aliases[name]
    return inner


def _quoted(word: Word) -> str:
    return shlex.quote(word.text) if word.known else "$COMPUTED"


def _read(call: Call, scope: Scope) -> Reading:
    """The program's own reader; for a path to a program, what is known of that file too."""
    folder, slash, last = call.name.rpartition("/")
    if not slash:
        reader = program(call.name)
        if reader is not None:
            return NOTHING if _asks_only(call) else _told(reader(replace(call, files=scope.files)), call)
        return undescribed(call, program)
    known = program(last)
    if known is not None and folder.rpartition("/")[2] in _BINARIES:
        return known(replace(call, name=last))
    script = _file_run(call, scope)
    return joined(known(replace(call, name=last)), script) if known is not None else script


def _reading(walk: Walk, scope: Scope, call: Call) -> Reading:
    budget = walk.budget
    return _read_as_described(budget, scope, call) if budget.own else _read(call, scope)


def _read_as_described(budget: Budget, scope: Scope, call: Call) -> Reading:
    """What policies say takes the place of "nobody described it", and adds to the rest."""
    own = budget.own
    said, known = said_of(own, scope, call), program(call.name.rpartition("/")[2]) is not None
    if said is None or not said.sure or said.open or known:
        more = added(call, said.entries) if said else script_given(own, scope, call)
        unread = () if known or (said and said.sure) else of_other_words(own, scope, call)
        return joined(_read(call, scope), more, Reading(unread=unread))
    wrong = not_the_one(call, scope, budget.changed)
    if wrong:
        return joined(_read(call, scope), added(call, said.entries), Reading(unread=(wrong,)))
    budget.used.add(call.name)
    return described(call, said, program)


def _told(reading: Reading, call: Call) -> Reading:
    return reading if call.name in PRINTS else joined(reading, told(call, program))


def _asks_only(call: Call) -> bool:
    """`tool --help` shows a text, whatever the tool."""
    return len(call.args) == 1 and call.args[0].text in {"--help", "--version"} and call.name not in PRINTS


def _file_run(call: Call, scope: Scope) -> Reading:
    file = paths.folded(call.name)
    stream = scope.files.get(file) or brought(scope.files, call.name)
    if stream is None:
        runs = does(Effect.RUNS_CODE, call, Object(Thing.COMMAND, call.name))
        carries = registers(call)
        return joined(
            runs, carries, named_loss(call, tuple(word for word in call.args if not word.text.startswith("-")))
        )
    return run_stream(stream, call, file, call.args)


def run_stream(stream: Stream, call: Call, label: str, args: tuple[Word, ...] = (), *, here: bool = False) -> Reading:
    """Shell text out of a pipe or a file is run."""
    if stream.hosts:
        things = [Object(Thing.HOST, name.replace(HOLE, "…")) for name in stream.hosts]
        return Reading(
            (deed(Effect.RUNS_CODE, f"runs what {', '.join(t.name for t in things)} sends: {call.shown}", *things),)
        )
    if stream.text is None:
        return Reading(
            (deed(Effect.RUNS_CODE, f"runs computed text: {call.shown}"),),
            (),
            (f"text that is computed and then run by {call.name}",),
        )
    return Reading(runs=(Script(Word(stream.text), label, here=here, args=args),))


def _inner(walk: Walk, scope: Scope, run: Run, span: Span) -> Node | None:
    match run:
        case Script():
            return _script(walk, scope, run, span)
        case Argv():
            if walk.budget.spent():
                return None
            inner = scope.copy()
            if run.path is not None:
                inner.values["PATH"] = ((run.path,),)
            if run.elsewhere:
                inner.values["PWD"] = ((Word(HOLE),),)
            done = run_call(walk, inner, run.words, run.stdin, span)
            nodes = done.nodes
            further = hidden(run.words, program) if run.loose else ()
            if further:
                nodes += run_call(walk, scope.copy(), further, run.stdin, span).nodes
            return nodes[0] if len(nodes) == 1 else Node("runs", (), nodes) if nodes else None
        case Statements():
            if HOLE in run.word.text:
                walk.budget.unread.append("SQL with computed parts")
            return _sql(walk, scope, run.word.text.replace(HOLE, "0"), run.dialect, span)
        case Code():
            return _code(walk, scope, run, span)


def _script(walk: Walk, scope: Scope, run: Script, span: Span) -> Node:
    text = run.word.text
    if HOLE in text:
        walk.budget.unread.append(f"{run.label} runs text with computed parts")
        text = text.replace(HOLE, "$COMPUTED")
    inner = scope if run.here else scope.copy()
    for index, word in enumerate(run.args, 1):
        inner.values[str(index)] = ((word,),)
    if run.args:
        inner.values["@"] = inner.values["*"] = (run.args,)
    return walk.read(text, inner, walk.budget, run.label, span)


def _sql(walk: Walk, scope: Scope, text: str, dialect: str | None, span: Span) -> Node:
    """A program that psql or sqlite3 starts (`\\!`) is a command like others; one that the server starts is read too,
    but what it means on that machine is not known."""
    if not walk.budget.reads(text):
        return Node("SQL")
    understood = sql(text, dialect)
    if not only_on_client(understood):
        walk.budget.unread.append("SQL that starts a program")
    node = _kept(walk, understood, span)
    started = [_script(walk, scope, Script(Word(text), "started by SQL"), span) for text in programs(understood)]
    return Node(node.label, node.deeds, (*node.children, *started)) if started else node


def _kept(walk: Walk, understood: Understood, span: Span) -> Node:
    walk.budget.unread += understood.unread
    return placed(understood.tree, span)


def placed(node: Node, span: Span) -> Node:
    """The tree of a text that stands inside another: its deeds are found where that text is run."""
    deeds = tuple(replace(one, start=span[0], end=span[1]) for one in node.deeds)
    return Node(node.label, deeds, tuple(placed(child, span) for child in node.children))


def _code(walk: Walk, scope: Scope, run: Code, span: Span) -> Node | None:
    """A program in another language: what it shows as literals."""
    if HOLE in run.word.text:
        walk.budget.unread.append(f"{run.language} code with computed parts")
    if not walk.budget.reads(run.word.text):
        return Node(f"{run.language} code", (Deed(Effect.RUNS_CODE, f"runs {run.language} code", (), *span),))
    found = in_code(run.word.text.replace(HOLE, "0"), run.language)
    walk.budget.unread += found.unread
    deeds: list[Deed] = list(found.deeds)
    walk.budget.note(deeds)
    children = [_inner(walk, scope, Script(Word(text), f"shell in {run.language}"), span) for text in found.scripts]
    children += [
        run_call(walk, scope.copy(), tuple(map(Word, words)), Stream(given=False), span).nodes[0]
        for words in found.calls
        if not walk.budget.spent()
    ]
    children += [_sql(walk, scope, text, None, span) for text in found.statements]
    placed_deeds = tuple(replace(one, start=span[0], end=span[1]) for one in deeds)
    return Node(f"{run.language} code", placed_deeds, tuple(child for child in children if child))
