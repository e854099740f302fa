"""Redirections: what a command reads from and writes to besides its arguments.

Rules:
- `>` on what nobody makes again (a device, a system file) destroys it; anywhere else it writes.
- `/dev/tcp/host/port` is a connection.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tree_sitter import Node as Syntax

from sidecar.core.model.effect import Deed, Effect
from sidecar.core.understand import paths
from sidecar.core.understand.shell.call import Stream, deed, host, path
from sidecar.core.understand.shell.commands.touching import reading, writing
from sidecar.core.understand.shell.words import Expander

MOST = 64  # of one command


@dataclass(frozen=True, slots=True)
class Redirects:
    """`outs`: files that standard output fills, and whether it is added. `piped`, `arguments`: what stands behind a
    here-document's start on the same line."""

    stdin: Stream | None = None
    deeds: tuple[Deed, ...] = ()
    outs: tuple[tuple[str, bool], ...] = ()
    piped: tuple[Syntax, ...] = ()
    arguments: tuple[Syntax, ...] = ()
    wrong: tuple[str, ...] = ()

    def under(self, outer: "Redirects") -> "Redirects":
        """Those of the command itself, then those around it."""
        return replace(
            self, stdin=outer.stdin or self.stdin, deeds=self.deeds + outer.deeds, outs=self.outs + outer.outs
        )


def redirects(nodes: Iterable[Syntax], expander: Expander, files: dict[str, Stream]) -> Redirects:
    found = Redirects()
    for count, node in enumerate(nodes):
        if count >= MOST:
            return replace(found, wrong=(*found.wrong, f"more than {MOST}"))
        if node.type == "file_redirect":
            found = _file(node, expander, files, found)
        elif node.type == "herestring_redirect":
            words = [word for child in node.named_children for word in expander.words(child)]
            found = replace(found, stdin=Stream(" ".join(word.text for word in words) + "\n"))
        elif node.type == "heredoc_redirect":
            found = _document(node, expander, files, found)
        elif node.type == "ERROR":
            found = replace(found, wrong=(*found.wrong, expander.source.of(node)[:40]))
    return found


_HANDS_OUT = re.compile(r"secrets?\b|toJSON|TOKEN|PASSW", re.IGNORECASE)
_SENDS = re.compile(r"\b(curl|wget|nc|ncat|http|scp|Invoke-WebRequest|requests\.post|fetch)\b[^\n]*://")


def planted(name: str, out: Stream) -> tuple[Deed, ...]:
    """A file that starts by itself, with text that sends secrets to an address."""
    text = out.text or ""
    if paths.starts_something(name) and any(
        _HANDS_OUT.search(line) and _SENDS.search(line) for line in text.split("\n")
    ):
        return (deed(Effect.LEAVES_MACHINE, f"{name}: it sends secrets when it starts", path(name)),)
    return ()


def _document(node: Syntax, expander: Expander, files: dict[str, Stream], found: Redirects) -> Redirects:
    quoted = False
    for child in node.named_children:
        if child.type == "heredoc_start":
            quoted = any(letter in expander.source.of(child) for letter in "'\"\\")
        elif child.type == "heredoc_body":
            body = expander.source.of(child) if quoted else expander.quoted(child)
            found = replace(found, stdin=Stream(body))
        elif child.type == "file_redirect":
            found = _file(child, expander, files, found)
        elif child.type in {"pipeline", "list", "command", "redirected_statement"}:
            found = replace(found, piped=(*found.piped, child))
        elif child.type in {"heredoc_end", "file_descriptor"}:
            continue
        elif child.type == "ERROR":
            found = replace(found, wrong=(*found.wrong, expander.source.of(child)[:40]))
        elif node.field_name_for_named_child(node.named_children.index(child)) == "right":
            found = replace(found, piped=(*found.piped, child))
        else:
            found = replace(found, arguments=(*found.arguments, child))
    return found


def _file(node: Syntax, expander: Expander, files: dict[str, Stream], found: Redirects) -> Redirects:
    operator = next((child.type for child in node.children if not child.is_named), ">")
    targets = [child for child in node.named_children if child.type != "file_descriptor"]
    words = [word for child in targets for word in expander.words(child)]
    if words and operator == "<&" and words[0].text.isdigit() and words[0].text not in {"0", "1", "2"}:
        return replace(found, stdin=Stream())
    if not words or (operator in {">&", "<&"} and words[0].text.rstrip("-").isdigit()) or words[0].text == "-":
        return found
    target = words[0]
    if paths.is_socket(target.text):
        name = target.text.split("/")[3] if target.text.count("/") > 3 else "?"
        leaves = deed(Effect.LEAVES_MACHINE, f"a connection to {target.shown}", host(name.replace("\x00", "…")))
        return replace(found, deeds=(*found.deeds, leaves), stdin=Stream(hosts=(name,)))
    if operator.startswith("<") and operator != "<>":
        empty = Stream("") if paths.folded(target.text) == "/dev/null" else Stream()
        stream = target.stream or files.get(paths.folded(target.text)) or empty
        return replace(found, stdin=stream, deeds=found.deeds + reading((target,), "<"))
    adds = operator in {">>", "&>>"}
    number = next((expander.source.of(child) for child in node.named_children if child.type == "file_descriptor"), "1")
    fills = ((paths.folded(target.text), adds),) if number == "1" and not paths.is_nothing(target.text) else ()
    if number == "1" and paths.is_nothing(target.text):
        return found
    deeds = writing((target,), operator, adds=adds)
    if paths.is_store(target.text) and not adds:
        deeds += (deed(Effect.DESTROYS_DATA, f"{operator} {target.shown}: the data in it is gone", path(target.shown)),)
    return replace(found, deeds=found.deeds + deeds, outs=found.outs + fills)
