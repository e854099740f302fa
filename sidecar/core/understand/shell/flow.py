"""Statements that hold statements: loops, branches, lists, subshells, pipelines, functions.

Rules:
- What may run counts as run: both branches, every case, the body of a loop, a function that is only defined.
- A variable set where it may not be set keeps its old value beside the new one.
- A function that starts itself twice, or in the background, never ends: that takes the machine down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tree_sitter import Node as Syntax

from sidecar.core.model.effect import Deed, Effect, Node
from sidecar.core.understand.shell.budget import SILENT, Done, together
from sidecar.core.understand.shell.call import NO_STREAM, Call, Stream, Word
from sidecar.core.understand.shell.parse import Source
from sidecar.core.understand.shell.run import run_call
from sidecar.core.understand.shell.scope import UNKNOWN, Scope

if TYPE_CHECKING:
    from sidecar.core.understand.shell.walk import Walk

MOST_CALLS = 24
MOST_TURNS = 8


def pipeline(walk: Walk, node: Syntax, stdin: Stream) -> Done:
    nodes: list[Node] = []
    stream, stages = stdin, node.named_children
    for child in stages:
        if walk.budget.spent():
            break
        stage = walk.copy() if len(stages) > 1 else walk
        stage.scope.files = walk.scope.files
        done = stage.statement(child, stream)
        nodes += done.nodes
        stream = done.out if done.out.hosts else replace(done.out, hosts=stream.hosts)
    return Done(tuple(nodes), stream)


def loop(walk: Walk, node: Syntax, stdin: Stream) -> Done:
    """A for loop: one turn for each word that is known, else one with a hole."""
    variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    expander = walk.expander(walk.scope)
    words = [word for child in node.children_by_field_name("value") for word in expander.words(child)]
    nodes, outs = list(walk.collected()), []
    several = [Word(text) for text in dict.fromkeys(word.text for word in words)]
    for turn in several if 0 < len(several) <= MOST_TURNS else [UNKNOWN]:
        if walk.budget.spent():
            break
        if variable is not None:
            walk.scope.values[walk.source.of(variable)] = ((turn,),)
        if body is not None:
            done = maybe(walk, body, stdin)
            nodes += done.nodes
            outs.append(done.out)
    return Done(tuple(nodes), together(outs))


def maybe(walk: Walk, node: Syntax, stdin: Stream) -> Done:
    walk.scope.maybe += 1
    done = walk.statements(node, stdin)
    walk.scope.maybe -= 1
    return done


def chain(walk: Walk, node: Syntax, stdin: Stream) -> Done:
    """`a && b`: b may not run."""
    first, *rest = node.named_children or [node]
    done = walk.statement(first, stdin) if node.named_children else Done()
    nodes, outs = list(done.nodes), [done.out]
    walk.scope.maybe += 1
    for child in rest:
        after = walk.statement(child, stdin)
        nodes += after.nodes
        outs.append(after.out)
    walk.scope.maybe -= 1
    return Done(tuple(nodes), together(outs))


def subshell(walk: Walk, node: Syntax, stdin: Stream) -> Done:
    inner = walk.copy()
    inner.scope.files = walk.scope.files
    return inner.statements(node, stdin)


def define(walk: Walk, node: Syntax, _: Stream) -> Done:
    """Known from now on. Walked once as it stands: a later call may come in another text of the same shell."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return Done()
    called = walk.source.of(name)
    walk.scope.functions[called] = (walk.source, body)
    span = walk.span or walk.source.span(node)
    return Done(run_call(walk, walk.scope, (Word(called),), NO_STREAM, span).nodes)


def function(walk: Walk, scope: Scope, call: Call) -> Done:
    """The body of a function with its arguments."""
    source, body = scope.functions[call.name]
    if call.name in walk.budget.calls or len(walk.budget.calls) >= MOST_CALLS:
        why = f"{call.name} starts itself again and again"
        return Done((Node(why, (Deed(Effect.DESTROYS_DATA, why),)),) if _forks(source, body, call.name) else ())
    inner = Scope(dict(scope.values), scope.functions, scope.aliases, scope.files, scope.maybe)
    for index, word in enumerate(call.args, 1):
        inner.values[str(index)] = ((word,),)
    inner.values["@"] = inner.values["*"] = (call.args,) if call.args else ((UNKNOWN,),)
    walk.budget.calls.append(call.name)
    done = walk.within(source, inner).statement(body, call.stdin)
    walk.budget.calls.pop()
    return done


def _forks(source: Source, body: Syntax, name: str) -> bool:
    """Whether the function calls itself twice or in the background."""
    text = source.of(body)
    return text.count(name) > 1 or "&" in text


def nothing(*_: object) -> Done:
    return Done((), SILENT)
