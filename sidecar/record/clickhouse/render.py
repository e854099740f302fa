"""Migrations as they are sent: the files for a single server, or the same for a cluster.

Strategy: the files hold SQL that any ClickHouse takes. For a cluster every table becomes `<name>_local`, replicated by
shard, with a `Distributed` table of the plain name in front of it; the materialised views join the local ones. So
a query says the same in both worlds.

Rules:
- The comment `-- shard by EXPRESSION` before a table says where its rows go. What is merged into one line (the events
  of one exchange) comes from one chain, and so from one shard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files

PACKAGE = "sidecar.record.clickhouse"
COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
SHARD = re.compile(r"^-- shard by (.+)$", re.MULTILINE)
TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+) ")
ENGINE = re.compile(r"ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?")
SHAPE = re.compile(r"CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS\s+(SELECT.*)", re.DOTALL)
RESHAPE = re.compile(r"ALTER TABLE (\w+) MODIFY QUERY\s+(SELECT.*)", re.DOTALL)
ALTER = re.compile(r"ALTER TABLE (\w+)\s+ADD COLUMN ")
VIEW = re.compile(r"CREATE OR REPLACE VIEW (\w+)")
REPLICA = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"


@dataclass(frozen=True, slots=True)
class Migration:
    """`digest` is of the file: what was applied is compared with what is known here."""

    version: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    def statements(self, cluster: str | None = None, database: str = "") -> list[str]:
        return [one for raw in _split(self.text) for one in _rendered(raw, cluster, database)]


@dataclass(frozen=True, slots=True)
class Shape:
    """A materialised view: `select` of `events` goes into `target`."""

    name: str
    target: str
    select: str


def migrations() -> list[Migration]:
    """In order; their versions are 1, 2, 3, ..."""
    folder = files(PACKAGE).joinpath("migrations")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [
        Migration(int(name[:3]), name[4:].removesuffix(".sql"), folder.joinpath(name).read_text("utf-8"))
        for name in names
    ]


def shapes() -> list[Shape]:
    """Everything that is made of events as they come in."""
    found: dict[str, Shape] = {}
    for statement in (one for migration in migrations() for one in migration.statements()):
        if made := SHAPE.match(statement):
            found[made[1]] = Shape(made[1], made[2], made[3])
        elif changed := RESHAPE.match(statement):
            found[changed[1]] = replace(found[changed[1]], select=changed[2])
    return list(found.values())


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(";\n") if COMMENT.sub("", one).strip()]


def _rendered(raw: str, cluster: str | None, database: str) -> Iterator[str]:
    statement = COMMENT.sub("", raw).strip().rstrip(";")
    if cluster is None:
        yield statement
        return
    on = f" ON CLUSTER `{cluster}`"
    if table := TABLE.match(statement):
        name, key = table[1], SHARD.search(raw)
        local = TABLE.sub(f"CREATE TABLE IF NOT EXISTS {name}_local{on} ", statement)
        yield ENGINE.sub(_replicated, local)
        yield (
            f"CREATE TABLE IF NOT EXISTS {name}{on} AS {name}_local "
            f"ENGINE = Distributed(`{cluster}`, `{database}`, {name}_local, {key[1] if key else 'rand()'})"
        )
    elif shape := SHAPE.match(statement):
        yield f"CREATE MATERIALIZED VIEW IF NOT EXISTS {shape[1]}{on} TO {shape[2]}_local AS\n{_local(shape[3])}"
    elif reshape := RESHAPE.match(statement):
        yield f"ALTER TABLE {reshape[1]}{on} MODIFY QUERY\n{_local(reshape[2])}"
    elif altered := ALTER.match(statement):
        for name in (f"{altered[1]}_local", altered[1]):
            yield statement.replace(f"ALTER TABLE {altered[1]}", f"ALTER TABLE {name}{on}", 1)
    else:
        yield VIEW.sub(rf"CREATE OR REPLACE VIEW \1{on}", statement)


def _local(select: str) -> str:
    return re.sub(r"\bFROM events\b", "FROM events_local", select)


def _replicated(engine: "re.Match[str]") -> str:
    given = f", {engine[2]}" if engine[2] else ""
    return f"ENGINE = Replicated{engine[1]}({REPLICA}{given})"
