"""Shell text to effects: the front door.

Rules:
- Twelve shells within each other are the most; the thirteenth is not read.
- The commands that one text may make us look at are counted: loops, functions and braces multiply.
"""

from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Node, Understood
from sidecar.core.understand.shell.budget import Budget
from sidecar.core.understand.shell.call import Word
from sidecar.core.understand.shell.described import rewritten
from sidecar.core.understand.shell.fit import SYSTEM
from sidecar.core.understand.shell.parse import Source, parse
from sidecar.core.understand.shell.scope import Scope
from sidecar.core.understand.shell.walk import Walk

MOST_SHELLS = 12


def shell(text: str, own: Own = NOTHING_DESCRIBED, depth: int = 0) -> Understood:
    """What the text would do, if bash ran it. `own`: what policies describe."""
    budget = Budget(depth=depth, own=own)
    try:
        tree = read(text, _begun(own), budget, "shell", None)
    except RecursionError:
        return Understood(Node("shell"), ("nested too deep to read",))
    # Once more at the end: a loop may come back to a program that was written meanwhile.
    late = filter(None, (rewritten(name, budget.changed) for name in sorted(budget.used)))
    return Understood(tree, tuple(dict.fromkeys((*budget.unread, *late))))


def _begun(own: Own) -> Scope:
    """Where programs are described it matters what a text puts before those of the system."""
    return Scope({"PATH": ((Word(SYSTEM),),)}) if own else Scope()


def read(text: str, scope: Scope, budget: Budget, label: str, span: tuple[int, int] | None) -> Node:
    """One text within a scope. `span`: its place in the outermost text, where it does not stand there itself."""
    if budget.depth > MOST_SHELLS:
        budget.unread.append(f"more than {MOST_SHELLS} shells within each other")
        return Node(label)
    source = parse(text)
    if not isinstance(source, Source):
        budget.unread.append(source)
        return Node(label)
    if not source.whole:
        budget.unread.append("not readable as shell" + (f": {_line(source.text)}" if text else ""))
    budget.depth += 1
    done = Walk(source, scope, budget, span, read).statements(source.root)
    budget.depth -= 1
    return Node(label, (), done.nodes)


def _line(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= 60 else first[:59] + "…"
