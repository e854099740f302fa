"""SQL that a tool is given: what it does, and what the programs do that it starts."""

import re
from dataclasses import replace

from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Node, Understood
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.sql.guess import named
from sidecar.core.understand.sql.read import sql
from sidecar.core.understand.sql.started import programs

_WORD = re.compile(r"[a-z]+[0-9]?")


def query(text: str, dialect: str | None = None, own: Own = NOTHING_DESCRIBED) -> Understood:
    """Like `sql`; a program that it starts (`COPY … PROGRAM`, `\\!`) is read like a command of a shell."""
    read = sql(text, dialect)
    started = [shell(program, own) for program in programs(read)]
    if not started:
        return read
    unread = (*read.unread, *(word for one in started for word in one.unread))
    tree = Node(read.tree.label, read.tree.deeds, (*read.tree.children, *(unplaced(one.tree) for one in started)))
    return Understood(tree, tuple(dict.fromkeys(unread)))


def spoken(tool: str) -> str | None:
    """The dialect that the name of a tool or of its server says (`mcp__postgres__query`), if it says one alone."""
    found = {dialect for word in _WORD.findall(tool.lower()) if (dialect := named(word))}
    return found.pop() if len(found) == 1 else None


def unplaced(node: Node) -> Node:
    """The characters that the reader of an inner text counts are not those of the text around it."""
    deeds = tuple(replace(deed, start=0, end=0) for deed in node.deeds)
    return Node(node.label, deeds, tuple(unplaced(child) for child in node.children))
