"""Statements of a shell text, in the order in which they run.

Strategy: each kind of tree node has its reader in a table; a kind that nobody wrote down is walked through, so that a
command inside is still found. A statement gives what it does and what it prints.

Rules:
- A command runs once for each way in which its variables may be set.
- A file that a redirection fills is known from then on.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from tree_sitter import Node as Syntax

from sidecar.core.model.effect import Deed, Effect, Node
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell import flow
from sidecar.core.understand.shell.budget import SILENT, Budget, Done, together
from sidecar.core.understand.shell.call import NO_STREAM, NOTHING, Call, Reading, Stream, Word, does
from sidecar.core.understand.shell.commands.looking import PRINTS
from sidecar.core.understand.shell.environment import declared, setting
from sidecar.core.understand.shell.parse import Source
from sidecar.core.understand.shell.redirect import Redirects, planted, redirects
from sidecar.core.understand.shell.run import applied, run_call
from sidecar.core.understand.shell.scope import UNKNOWN, Fields, Scope
from sidecar.core.understand.shell.words import Expander

_NAMES = re.compile(r"\$\{?[!#]?(\w+|[@*])")
ASSIGNED = 4  # words that a variable counts for
Reads = Callable[[str, Scope, Budget, str, tuple[int, int] | None], Node]


class Walk:
    """Walks one source in one scope."""

    def __init__(self, source: Source, scope: Scope, budget: Budget, span: tuple[int, int] | None, read: Reads) -> None:
        self.source, self.scope, self.budget, self.span, self.read = source, scope, budget, span, read
        self.aside: list[Node] = []

    def statements(self, node: Syntax, stdin: Stream = NO_STREAM) -> Done:
        """Everything inside a node, one after the other."""
        nodes: list[Node] = []
        outs: list[Stream] = []
        for child in node.named_children:
            done = self.statement(child, stdin)
            nodes += done.nodes
            if child.type != "comment":
                outs.append(done.out)
        return Done(tuple(nodes), together(outs))

    def statement(self, node: Syntax, stdin: Stream = NO_STREAM) -> Done:
        reader = _STATEMENTS.get(node.type)
        if reader is not None:
            return reader(self, node, stdin)
        if node.type in _WORDS:
            return self._only_words(node)
        return self.statements(node, stdin)

    def _only_words(self, node: Syntax) -> Done:
        """A word that no command takes: the list of a loop, the subject of a case. Substitutions in it run."""
        self.expander(self.scope).words(node)
        return Done(self.collected())

    def collected(self) -> tuple[Node, ...]:
        nodes, self.aside = tuple(self.aside), []
        return nodes

    def expander(self, scope: Scope) -> Expander:
        return Expander(self.source, scope, self._substitute)

    def _substitute(self, node: Syntax) -> Stream:
        inner = self.copy()
        done = inner.statements(node)
        self.aside += done.nodes
        return done.out

    def copy(self) -> "Walk":
        return self.within(self.source, self.scope.copy())

    def within(self, source: Source, scope: Scope) -> "Walk":
        return Walk(source, scope, self.budget, self.span, self.read)

    # ---- commands

    def _command(self, node: Syntax, stdin: Stream) -> Done:
        return self._run(node, stdin, (), Redirects())

    def _run(self, node: Syntax, stdin: Stream, more: tuple[Syntax, ...], outer: Redirects) -> Done:
        """A simple command, once for each way its variables may be set."""
        if self.budget.spent():
            return Done()
        names = set(_NAMES.findall(self.source.of(node)))
        done = [self._run_in(scope, node, stdin, more, outer) for scope in self.scope.choices(names)]
        return done[0] if len(done) == 1 else Done(tuple(n for one in done for n in one.nodes), Stream())

    def _run_in(self, scope: Scope, node: Syntax, stdin: Stream, more: tuple[Syntax, ...], outer: Redirects) -> Done:
        expander, words, bound = self.expander(scope), list[Word](), dict[str, tuple[Fields, ...]]()
        scope.guessed = False
        own: list[Syntax] = []
        guessed, end = False, 0
        for child in node.named_children:
            if child.type == "variable_assignment":
                name, value = self._assigned(child, expander)
                bound[name] = (value,)
            elif child.type.endswith("_redirect"):
                own.append(child)
            elif child.type == "ERROR":
                self._only_words(child) if not child.named_children else self.statements(child)
            else:
                found = expander.words(child)
                guessed = guessed or (not words and scope.guessed)
                if words and found and self._folded(end, child.start_byte):
                    words[-1:] = [Word(words[-1].text + found[0].text)]
                    found = found[1:]
                words += found
                if self.budget.worded(len(found)):
                    break
            end = child.end_byte
        for child in more:
            words += expander.words(child)
        if guessed:
            self.budget.unread.append(f"the command's name may be set elsewhere: {self.source.of(node)[:60]}")
        inner = (
            Scope({**scope.values, **bound}, scope.functions, scope.aliases, scope.files, scope.maybe)
            if bound
            else scope
        )
        ways = redirects(own, expander, scope.files)
        self.budget.unread += [f"a redirection that cannot be read: {wrong}" for wrong in ways.wrong]
        if expander.secrets and words and words[0].text in PRINTS:
            shown = does(Effect.READS_SECRET, Call(words[0].text), why=f"prints ${', $'.join(expander.secrets)}")
            self._also(shown, words[0].text, node)
        aside = self.collected()
        ways = ways.under(outer)
        stdin = ways.stdin or stdin
        start, end = self.span or self.source.span(node)
        done = run_call(self, inner, tuple(words), stdin, (start, end))
        return self._finished(done, ways, aside, (start, end), self.source.of(node))

    def _folded(self, start: int, end: int) -> bool:
        """Nothing but folded lines between two words: to the shell they are one, to the grammar two."""
        gap = self.source.raw[start:end]
        return len(gap) > 1 and not gap.replace(b"\\\n", b"")

    def _finished(
        self, done: Done, ways: Redirects, aside: tuple[Node, ...], span: tuple[int, int], shown: str
    ) -> Done:
        """Add what the redirections do; the files that they fill are known from now on."""
        deeds = tuple(_at(one, span) for one in ways.deeds)
        self.budget.note(deeds)
        for name, adds in ways.outs:
            before = self.scope.files.get(name)
            self.scope.files[name] = together([before, done.out]) if adds and before else done.out
            deeds += tuple(_at(one, span) for one in planted(name, done.out))
        nodes = done.nodes
        if deeds or aside:
            label = shown if len(shown) <= 120 else shown[:119] + "…"
            nodes = (Node(label, deeds, (*aside, *nodes)),)
        return Done(nodes, SILENT if ways.outs else done.out)

    def _redirected(self, node: Syntax, stdin: Stream) -> Done:
        """`a > b`, also around a pipeline or a group, and what stands behind a here-document's start."""
        body = node.child_by_field_name("body")
        parts = [child for child in node.named_children if child != body]
        expander = self.expander(self.scope)
        ways = redirects(parts, expander, self.scope.files)
        aside = self.collected()
        for wrong in ways.wrong:
            self.budget.unread.append(f"a redirection that cannot be read: {wrong}")
        done = self._body(body, stdin, ways)
        if aside:
            done = Done((*aside, *done.nodes), done.out)
        for then in ways.piped:
            done = self._then(done, then)
        return done

    def _body(self, body: Syntax | None, stdin: Stream, ways: Redirects) -> Done:
        if body is None:
            return self._finished(Done(), ways, (), self.span or (0, 0), "redirection")
        if body.type == "command":
            return self._run(body, stdin, ways.arguments, ways)
        if body.type in {"pipeline", "list"}:
            return self._last(body, stdin, ways)
        done = self.statement(body, ways.stdin or stdin)
        return self._finished(done, ways, (), self.span or self.source.span(body), self.source.of(body))

    def _last(self, node: Syntax, stdin: Stream, ways: Redirects) -> Done:
        """The redirections of `a | b > c` belong to b."""
        *before, last = node.named_children
        nodes: tuple[Node, ...] = ()
        for child in before:
            done = self.statement(child, stdin)
            nodes += done.nodes
            stdin = done.out if node.type == "pipeline" else stdin
        done = self._body(last, stdin, ways)
        return Done(nodes + done.nodes, done.out)

    def _then(self, done: Done, node: Syntax) -> Done:
        """What follows on the line where a here-document starts: `cat <<E | sh`, `cat <<E && rm x`."""
        following = self.statement(node, done.out if node.type == "pipeline" else NO_STREAM)
        return Done(done.nodes + following.nodes, following.out)

    # ---- variables

    def _assigned(self, node: Syntax, expander: Expander) -> tuple[str, Fields]:
        """The name and the value; substitutions in it run."""
        name_node, value_node = node.child_by_field_name("name"), node.child_by_field_name("value")
        name = self.source.of(name_node) if name_node else ""
        if value_node is None:
            return name, (Word(""),)
        if self.budget.worded(ASSIGNED):
            return name, (UNKNOWN,)
        if value_node.type == "array":
            return name, tuple(word for child in value_node.named_children for word in expander.words(child))
        value = expander.word(value_node)
        self._also(setting(name, value), f"{name}={value.shown[:80]}", node)
        return name, (value,)

    def _also(self, reading: Reading, label: str, node: Syntax) -> None:
        """What a statement does beside its command."""
        if reading != NOTHING:
            span = self.span or self.source.span(node)
            self.aside.append(applied(self, self.scope, reading, label, span))

    def _declaration(self, node: Syntax, stdin: Stream) -> Done:
        """`export A=1`, `declare -p`."""
        own = [child for child in node.named_children if child.type == "word"]
        names = [child for child in node.named_children if child.type != "word"]
        read = declared([self.source.of(child) for child in own], [self.source.of(child) for child in names])
        self._also(read, self.source.of(node)[:80], node)
        nodes = self.collected()
        return Done(nodes + self.statements(node, stdin).nodes, SILENT)

    def _assignment(self, node: Syntax, _: Stream) -> Done:
        for scope in self.scope.choices(set(_NAMES.findall(self.source.of(node)))):
            name, value = self._assigned(node, self.expander(scope))
            self._set(name, value, more="+=" in self.source.of(node)[: len(name) + 2])
        return Done(self.collected())

    def _set(self, name: str, value: Fields, *, more: bool) -> None:
        plain, bracket, _ = name.partition("[")
        if bracket:
            value, more = (UNKNOWN,), False
        self.scope.put(plain, value, more=more)

    def function(self, scope: Scope, call: Call) -> Done:
        return flow.function(self, scope, call)


def _at(deed: Deed, span: tuple[int, int]) -> Deed:
    return replace(deed, start=span[0], end=span[1])


_WORDS = frozenset(
    listed(
        "word string raw_string concatenation expansion simple_expansion command_substitution"
        " process_substitution arithmetic_expansion ansi_c_string translated_string array"
    )
)
_STATEMENTS: dict[str, Callable[[Walk, Syntax, Stream], Done]] = {
    "command": Walk._command,
    "redirected_statement": Walk._redirected,
    "pipeline": flow.pipeline,
    "list": flow.chain,
    "variable_assignment": Walk._assignment,
    "for_statement": flow.loop,
    "if_statement": flow.maybe,
    "while_statement": flow.maybe,
    "case_statement": flow.maybe,
    "c_style_for_statement": flow.maybe,
    "subshell": flow.subshell,
    "function_definition": flow.define,
    "comment": flow.nothing,
    "declaration_command": Walk._declaration,
}
