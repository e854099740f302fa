"""All nodes of a syntax tree as a list.

Rule: the same order as the parser's own `walk`, level by level; that one is a chain of generators, this takes half
of its time, and most of what is asked of a tree asks for all of its nodes.
"""

from typing import TypeVar

from sqlglot import exp

# What mostly stands in a node beside nodes: told apart for less than `isinstance` takes.
_NO_NODES = frozenset({str, bool, type(None), int})
Kind = TypeVar("Kind", bound=exp.Expr)


def children(node: exp.Expr) -> list[exp.Expr]:
    """Those right below it."""
    found: list[exp.Expr] = []
    for value in node.args.values():
        if type(value) is list:
            found += [one for one in value if isinstance(one, exp.Expr)]
        elif type(value) not in _NO_NODES and isinstance(value, exp.Expr):
            found.append(value)
    return found


def below(root: exp.Expr) -> list[exp.Expr]:
    """The node itself and every one below it."""
    found = [root]
    for node in found:  # it grows while it is read; written out again, because a call for each node doubles the time
        for value in node.args.values():
            if type(value) is list:
                found += [one for one in value if isinstance(one, exp.Expr)]
            elif type(value) not in _NO_NODES and isinstance(value, exp.Expr):
                found.append(value)
    return found


def each(root: exp.Expr, *kinds: type[Kind]) -> list[Kind]:
    return [node for node in below(root) if isinstance(node, kinds)]
