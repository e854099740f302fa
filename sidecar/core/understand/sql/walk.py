"""A syntax tree to what it does: tables read and written, columns read, functions called.

Strategy: one walk over the whole tree, so that a write inside a common table or a subquery is found like any other;
each kind of node has its reader in a table.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand.sql import places
from sidecar.core.understand.sql.effects import Found, Inner
from sidecar.core.understand.sql.functions import (
    RUN_SQL,
    function,
    keeps_secrets,
    opaque,
    secret_column,
    secret_table,
)
from sidecar.core.understand.sql.nodes import below
from sidecar.core.understand.sql.token import vocabulary
from sidecar.core.understand.sql.writes import WRITERS, full

# T-SQL needs no semicolon: `SELECT 1 DROP …` is two statements there, and an alias to others.
_SHOWN = (exp.Column, exp.Star)
_PLAIN = (exp.Literal, exp.Boolean, exp.Null)
_FORMAT = re.compile(r"(?i)^(text|csv|json|parquet|delta|orc|avro|binaryfile|iceberg|xml)\.")  # Spark: text.`/etc/x`
_NO_ALIAS = vocabulary("drop exec execute delete truncate shutdown update insert grant revoke merge alter kill")


def walked(tree: exp.Expr) -> Found:
    found = Found()
    nodes = below(tree)
    reading = _Tables(nodes)
    for node in nodes:
        reader = _READERS.get(type(node))
        if reader:
            reader(node, found)
        elif isinstance(node, exp.Func):
            _function(node, found)
    things = sorted({*reading.read(tree), *reading.columns()})
    if things or isinstance(tree, exp.Query):
        found.deeds.insert(0, Deed(Effect.READS, "reads rows", tuple(things)))
    for thing in things:
        _secret(thing, found)
    if any(isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count) for node in nodes):
        for thing in things:
            if thing.kind is Thing.TABLE and keeps_secrets(thing.name):
                found.add(Effect.READS_SECRET, f"every column of {thing.name}", thing)
    return found


def _secret(thing: Object, found: Found) -> None:
    if thing.kind is Thing.TABLE and secret_table(thing.name):
        found.add(Effect.READS_SECRET, f"{thing.name} holds what people sign in with", thing)
    elif thing.kind is Thing.TABLE and _elsewhere(thing.name):
        found.add(Effect.LEAVES_MACHINE, f"{thing.name} stands on another server", thing)
    elif thing.kind is Thing.TABLE and "/" in thing.name:
        found.add(*places.read(_FORMAT.sub("", thing.name)), thing)


def _elsewhere(name: str) -> bool:
    """A place written as a table, or SQL Server's `server.database.schema.table`."""
    return "://" in name or (name.count(".") == 3 and "information_schema" not in name.lower())


class _Tables:
    """The tables of a statement: which name stands for which, and which are made inside it."""

    def __init__(self, nodes: list[exp.Expr]) -> None:
        self.nodes = nodes
        self.made = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
        self.tables = [node for node in nodes if isinstance(node, exp.Table) and not isinstance(node.this, exp.Func)]
        self.named: dict[str, set[str]] = {}
        aliases = {node.alias.lower() for node in self.tables if node.alias}
        self.tables = [node for node in self.tables if node.alias or node.db or node.name.lower() not in aliases]
        for node in self.tables:
            name = full(node)
            for key in {node.alias_or_name.lower(), node.name.lower()}:
                self.named.setdefault(key, set()).add(name)
        self.real = {full(node) for node in self.tables if self._stands(node)}

    def _stands(self, node: exp.Table) -> bool:
        return bool(node.db) or node.name.lower() not in self.made

    def read(self, tree: exp.Expr) -> set[Object]:
        return {
            Object(Thing.TABLE, full(node)) for node in self.tables if self._stands(node) and not _target(node, tree)
        }

    def columns(self) -> set[Object]:
        found = set()
        for node in self.nodes:
            if not isinstance(node, _SHOWN):
                continue
            if isinstance(node, exp.Star) and isinstance(node.parent, (exp.Column, exp.Count)):
                continue
            if _given(node):
                continue
            for name in self._owners(node):
                found.add(Object(Thing.COLUMN, f"{name}.{node.name}" if name else node.name))
        return found

    def _owners(self, node: exp.Expr) -> set[str]:
        qualifier = node.table.lower() if isinstance(node, exp.Column) else ""
        if qualifier:
            return self.named.get(qualifier, {qualifier}) - self.made or {""}
        return self.real if len(self.real) == 1 else {""}


def _target(node: exp.Table, tree: exp.Expr) -> bool:
    """It is written to, not read from. A table that is deleted from by its alias stands again in FROM."""
    holder = node.parent
    if isinstance(holder, exp.Schema):
        holder = holder.parent
    if isinstance(holder, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Into):
        return node.arg_key in {"this", "tables"}
    return isinstance(tree, exp.Delete | exp.Update) and node.alias.lower() == tree.this.name.lower() != ""


def _given(node: exp.Expr) -> bool:
    """A column that a value is put into, or that stands where an upsert names it."""
    parent = node.parent
    if isinstance(parent, exp.EQ) and isinstance(parent.parent, exp.Update | exp.OnConflict):
        return node.arg_key == "this"
    return node.find_ancestor(exp.OnConflict) is not None and not isinstance(node, exp.Star)


def _column(node: exp.Expr, found: Found) -> None:
    if not secret_column(node.name) or _given(node) or not node.find_ancestor(exp.Select, exp.Returning):
        return
    parent = node.parent
    # To ask for the row with one key, or whether there is one, shows no key.
    if isinstance(parent, exp.EQ | exp.Is | exp.Count | exp.In) and parent.find_ancestor(
        exp.Where, exp.Count, exp.Select
    ):
        return
    found.add(Effect.READS_SECRET, f"reads the column {node.name}", Object(Thing.COLUMN, node.name))


def _alias(node: exp.Expr, found: Found) -> None:
    name = node.args.get("alias") if isinstance(node, exp.Alias) else node.this
    if isinstance(name, exp.Identifier) and not name.args.get("quoted") and name.name.lower() in _NO_ALIAS:
        found.unread.append(f"{name.name.upper()} stands where a name should: a statement of its own to some servers")


def _called_table(node: exp.Expr, found: Found) -> None:
    """`file('/etc/passwd')`: a call that the parser takes for a table with the names of its columns."""
    alias = node.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.columns and not alias.this:
        known = function(node.name, next((column.name for column in alias.columns), None))
        if known:
            found.add(known[0], f"{node.name}() {known[1]}", Object(Thing.COMMAND, node.name))
        elif any(column.args.get("quoted") for column in alias.columns):
            found.compute(f"{node.name}() is no function we know")


def _function(node: exp.Func, found: Found) -> None:
    name = _called(node)
    known = function(name, _first_text(node))
    if known:
        found.add(known[0], f"{name}() {known[1]}", Object(Thing.COMMAND, name))
    elif keeps_secrets(name):
        found.add(Effect.READS_SECRET, f"{name}() gives a secret", Object(Thing.COMMAND, name))
    elif isinstance(node, exp.Anonymous) and (opaque(name) or _of_a_place(node)):
        found.compute(f"{name}() does what its author wrote")
    if name.rpartition(".")[2] in RUN_SQL:
        _runs(node, name, found)
    if name.rpartition(".")[2] == "set_config" and node.expressions:
        _setting(node.expressions[0], found)


def _first_text(node: exp.Expr) -> str | None:
    first = None if isinstance(node, exp.Anonymous) else node.args.get("this")
    first = next(iter(node.expressions), None) if first is None else first
    return first.this if isinstance(first, exp.Literal) and first.is_string else None


def _of_a_place(node: exp.Anonymous) -> bool:
    """A table that a function makes of a file or of what another server says."""
    texts = (one.this for one in node.expressions if isinstance(one, exp.Literal) and one.is_string)
    return isinstance(node.parent, exp.Table) and any(places.names_place(text) for text in texts)


def _setting(name: exp.Expr, found: Found) -> None:
    if not isinstance(name, exp.Literal):
        found.compute("sets a setting whose name is computed")
    elif name.name.lower() in {"role", "session_authorization"}:
        found.add(Effect.ESCALATES, "takes another role")


def _called(node: exp.Func) -> str:
    if not isinstance(node, exp.Anonymous):
        return node.sql_name().lower()
    holder = node.parent
    if isinstance(holder, exp.Dot) and holder.expression is node:
        return f"{holder.this.sql().lower().replace(chr(34), '')}.{node.name.lower()}"
    if isinstance(holder, exp.Table) and holder.db:
        return f"{holder.db.lower()}.{node.name.lower()}"
    return node.name.lower()


def _runs(node: exp.Func, name: str, found: Found) -> None:
    texts = [arg.name for arg in node.expressions if isinstance(arg, exp.Literal) and arg.is_string]
    found.inner += [Inner(text, maybe=True) for text in texts]
    if not texts or not all(isinstance(arg, _PLAIN) for arg in node.expressions[:2]):
        found.compute(f"{name}() runs SQL that is computed")


_READERS: dict[type[exp.Expr], Callable[[exp.Expr, Found], None]] = {
    **WRITERS,
    exp.Column: _column,
    exp.Alias: _alias,
    exp.TableAlias: _alias,
    exp.Table: _called_table,
}
