"""INSERT, UPDATE, DELETE and MERGE in a syntax tree: which table, and whether every row of it.

Rules: an UPDATE or DELETE whose condition holds for every row destroys data; one that picks rows writes or deletes.
"""

from collections.abc import Callable

from sqlglot import exp

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.condition import truth
from sidecar.core.understand.sql.effects import Found, table
from sidecar.core.understand.sql.functions import power_table
from sidecar.core.understand.sql.granted import granted
from sidecar.core.understand.sql.itself import meets_all
from sidecar.core.understand.sql.nodes import each


def full(node: exp.Table) -> str:
    """`catalog.schema.table`."""
    return ".".join(part.name for part in node.parts)


def _delete(node: exp.Expr, found: Found) -> None:
    name = _written(node)
    limits = [truth(join.args["on"]) for join in each(node, exp.Join) if join.args.get("on") and not join.side]
    holds = truth(node.args.get("where"))
    if holds is False:
        return
    _powers(name, found)
    if (holds is None or None in limits) and not meets_all(node, name):
        found.add(Effect.DELETES, f"DELETE of some rows of {name}", *table(name))
    else:
        found.add(Effect.DESTROYS_DATA, f"DELETE of every row of {name}", *table(name))


def _update(node: exp.Expr, found: Found) -> None:
    if isinstance(node.parent, exp.When):
        return
    name = _written(node)
    limits = [truth(join.args["on"]) for join in each(node, exp.Join) if join.args.get("on") and not join.side]
    holds = truth(node.args.get("where"))
    if holds is False:
        return
    found.add(Effect.WRITES, f"UPDATE of {name}", *table(name))
    _powers(name, found)
    _granted(node, name, found)
    if (holds and None not in limits) or meets_all(node, name):
        found.add(Effect.DESTROYS_DATA, f"UPDATE of every row of {name}", *table(name))


def _insert(node: exp.Expr, found: Found) -> None:
    if isinstance(node.parent, exp.When):
        return
    name = _written(node)
    target = node.this
    if isinstance(target, exp.Func) or (isinstance(target, exp.Table) and isinstance(target.this, exp.Func)):
        found.add(Effect.LEAVES_MACHINE, "INSERT into what a function stands for")
    elif not name:
        found.unread.append("INSERT into what?")
    _granted(node, name, found)
    found.add(Effect.WRITES, f"INSERT into {name}", *table(name))
    _powers(name, found)
    if node.args.get("overwrite"):
        found.add(Effect.DESTROYS_DATA, f"INSERT OVERWRITE: what {name} held is gone", *table(name))


def _merge(node: exp.Expr, found: Found) -> None:
    name = _written(node)
    found.add(Effect.WRITES, f"MERGE into {name}", *table(name))
    _granted(node, name, found)
    if node.find(exp.Update) and truth(node.args.get("on")):
        found.add(Effect.DESTROYS_DATA, f"MERGE writes over every row of {name}", *table(name))
    for when in each(node, exp.When):
        if when.args["then"].name.upper() == "DELETE":
            every = when.args.get("source") or truth(node.args.get("on"))
            effect = Effect.DESTROYS_DATA if every and truth(when.args.get("condition")) else Effect.DELETES
            found.add(effect, f"MERGE deletes rows of {name}", *table(name))


def _into(node: exp.Expr, found: Found) -> None:
    if isinstance(node.this, exp.Table):
        found.add(Effect.WRITES, f"SELECT into {full(node.this)}", *table(full(node.this)))


def _powers(name: str, found: Found) -> None:
    if power_table(name):
        found.add(Effect.CHANGES_ACCESS, f"{name} says who may sign in", *table(name))


def _granted(node: exp.Expr, name: str, found: Found) -> None:
    for column in granted(node, name):
        found.add(Effect.CHANGES_ACCESS, f"{column} of {name} says who may do what", *table(name))


def _written(node: exp.Expr) -> str:
    target = node.this.this if isinstance(node.this, exp.Schema) else node.this
    if not isinstance(target, exp.Table) or isinstance(target.this, exp.Func):
        return target.name if isinstance(target, exp.Expr) else ""
    for source in each(node, exp.Table):
        if source.alias and source.alias.lower() == target.name.lower():
            return full(source)
    return full(target)


WRITERS: dict[type[exp.Expr], Callable[[exp.Expr, Found], None]] = {
    exp.Delete: _delete,
    exp.Update: _update,
    exp.Insert: _insert,
    exp.Merge: _merge,
    exp.Into: _into,
}
