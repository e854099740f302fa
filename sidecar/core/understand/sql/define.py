"""CREATE and ALTER: what is made or changed, who may run it, and the statements inside it.

Rules: a body is read as if it ran now, because it runs sooner or later; a body in another language than SQL runs code.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found, Inner, table
from sidecar.core.understand.sql.statements import TAME_EXTENSIONS, row
from sidecar.core.understand.sql.token import Kind, Tokens, find, name_at, vocabulary, words

_FILLING = vocabulary(
    "OR REPLACE TEMP TEMPORARY UNLOGGED UNIQUE GLOBAL LOCAL IF NOT EXISTS DEFINER TRANSIENT RECURSIVE "
    "CLUSTERED NONCLUSTERED FULLTEXT SPATIAL SECURE VOLATILE CONSTRAINT ALTER AGGREGATE EDITIONABLE ALGORITHM"
)
_KEPT = frozenset({"TABLE", "DATABASE", "SCHEMA", "DYNAMIC", "SEQUENCE"})
_BODIES = frozenset({"FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "EVENT", "RULE", "TASK", "PACKAGE", "ALERT"})
_SQL_LANGUAGES = frozenset({"SQL", "PLPGSQL"})
_ENGINES = vocabulary(
    "URL S3 S3QUEUE HDFS MYSQL POSTGRESQL MONGODB KAFKA RABBITMQ NATS DISTRIBUTED ODBC JDBC REDIS "
    "AZUREBLOBSTORAGE AZUREQUEUE ICEBERG DELTALAKE HUDI MATERIALIZEDPOSTGRESQL MATERIALIZEDMYSQL SQLITE "
    "FEDERATED CONNECT SPIDER"
)
_POWERS = frozenset(
    {"SUPERUSER", "SYSADMIN", "BYPASSRLS", "CREATEROLE", "REPLICATION", "ACCOUNTADMIN", "SECURITYADMIN"}
)
_ALTERED: tuple[tuple[Effect, str, tuple[str, ...]], ...] = (
    (Effect.CHANGES_ACCESS, "changes who sees or owns it", ("SECURITY", "OWNER", "AUTHORIZATION", "MASKED", "MASKING")),
    (Effect.CHANGES_ACCESS, "switches checks off", ("DISABLE",)),
    (Effect.DESTROYS_DATA, "rows are taken away", ("DELETE", "TRUNCATE", "CLEAR", "DISCARD", "TTL")),
    (Effect.LEAVES_MACHINE, "another server is spoken to", ("FETCH",)),
    (Effect.DESTROYS_DATA, "rows are written over", ("UPDATE", "REPLACE", "BLACKHOLE", "OFFLINE")),
    (Effect.CHANGES_ACCESS, "the server is trusted with more", ("TRUSTWORTHY",)),
)
SHORTEST_KEPT = 1  # a day is what most warehouses keep at least
_SETTINGS = frozenset({("ALTER", "SYSTEM"), ("ALTER", "DATABASE"), ("ALTER", "ROLE"), ("ALTER", "USER")})
_DROPPED_KEPT = vocabulary(
    "CONSTRAINT INDEX KEY FOREIGN PRIMARY CHECK DEFAULT NOT EXPRESSION IDENTITY STATISTICS PROJECTION TRIGGER "
    "TAG SYSTEM UNIQUE"
)  # fmt: skip


def create(tokens: Tokens, found: Found) -> None:
    kinds = [token.word for token in tokens[1:12] if token.kind is Kind.WORD]
    plain = [word for word in kinds if word not in _FILLING]
    kind = plain[0] if plain else ""
    if "REPLACE" in kinds[:2] and kind in _KEPT:
        name = name_at(tokens, find(tokens, kind) + 1)
        found.add(Effect.DESTROYS_DATA, f"another {kind.lower()} takes the place of {name}", *table(name))
    effects, why = row(("CREATE", *plain[:3])) or ((Effect.WRITES,), "makes something")
    extension = _extension(tokens) if kind == "EXTENSION" else ""
    for effect in (Effect.INSTALLS,) if extension in TAME_EXTENSIONS else effects:
        found.add(effect, f"CREATE {kind}: {why}", *table(name_at(tokens, find(tokens, kind) + 1)))
    _powers(tokens, found)
    if kind in _BODIES or find(tokens, "FUNCTION", "PROCEDURE") > 0:
        _body(tokens, found)
    else:
        _engine(tokens, found)
        _query(tokens, found)


def _extension(tokens: Tokens) -> str:
    return name_at(tokens, find(tokens, "EXTENSION") + 1).lower()


def _powers(tokens: Tokens, found: Found) -> None:
    if any(token.is_word(*_POWERS) for token in tokens):
        found.add(Effect.ESCALATES, "gives power over the whole server")
    if (at := find(tokens, "DEFINER")) > 0 and tokens[at - 1].is_word("SECURITY"):
        found.add(Effect.ESCALATES, "runs with its owner's rights, whoever calls it")


def _body(tokens: Tokens, found: Found) -> None:
    at = find(tokens, "LANGUAGE", top=False)
    language = tokens[at + 1].word.upper() if 0 < at < len(tokens) - 1 else "SQL"
    if language not in _SQL_LANGUAGES or find(tokens, "SONAME", top=False) > 0 or find(tokens, "EXTERNAL") > 0:
        found.add(Effect.RUNS_CODE, f"a body in {language.lower()} runs in the server")
        return
    calls = find(tokens, "EXECUTE")
    if 0 < calls < len(tokens) - 1 and tokens[calls + 1].is_word("FUNCTION", "PROCEDURE"):
        return  # a trigger that calls what was made elsewhere
    opened = find(tokens, "AS", "BEGIN", "DO", "RETURN", "ROW", start=2)
    for index, token in enumerate(tokens):
        if token.kind is Kind.TEXT and index and tokens[index - 1].is_word("AS"):
            found.inner.append(Inner(token.word, token.start))
            return
    if opened > 0:
        found.tails.append(tokens[opened + (tokens[opened].word != "BEGIN") :])


def _engine(tokens: Tokens, found: Found) -> None:
    for index, token in enumerate(tokens[:-2]):
        if token.is_word("ENGINE") and tokens[index + 2 if tokens[index + 1].is_mark("=") else index + 1].is_word(
            *_ENGINES
        ):
            found.add(Effect.LEAVES_MACHINE, "the table stands on another server")
        elif token.is_word("SOURCE") and tokens[index + 2].is_word("HTTP", "MYSQL", "POSTGRESQL", "MONGODB", "REDIS"):
            found.add(Effect.LEAVES_MACHINE, "the dictionary comes from another server")
        elif token.is_word("SOURCE") and tokens[index + 2].is_word("EXECUTABLE"):
            found.add(Effect.RUNS_CODE, "the dictionary comes from a program")


def _query(tokens: Tokens, found: Found) -> None:
    """What stands after AS."""
    at = find(tokens, "AS", start=2)
    while 0 < at < len(tokens) - 1:
        after = tokens[at + 1]
        if after.is_word("SELECT", "WITH", "TABLE", "VALUES", "FROM") or after.is_mark("("):
            found.tails.append(tokens[at + 1 :])
            return
        at = find(tokens, "AS", start=at + 1)
    first = find(tokens, "SELECT", start=2)
    if first > 0 and words(tokens)[:2] == ("CREATE", "TABLE"):
        found.tails.append(tokens[first:])


def alter(tokens: Tokens, found: Found) -> None:
    leading = words(tokens)
    effects, why = row(leading) or ((Effect.WRITES,), "changes something")
    name = name_at(tokens, 2)
    for effect in effects:
        found.add(effect, f"{' '.join(leading[:2])}: {why}", *table(name))
    _powers(tokens, found)
    if leading[:2] in _SETTINGS and any("command" in t.word.lower() or "librar" in t.word.lower() for t in tokens):
        found.add(Effect.RUNS_CODE, "a setting that is a command for the server to run")
    if leading[:2] in {("ALTER", "FUNCTION"), ("ALTER", "PROCEDURE"), ("ALTER", "TRIGGER"), ("ALTER", "PROC")}:
        _body(tokens, found)
        return
    rest = tokens[2:]
    for effect, reason, marks in _ALTERED:
        if (at := find(rest, *marks)) >= 0 and not _only_a_name(rest, at):
            found.add(effect, f"ALTER: {reason}", *table(name))
    using = find(rest, "USING")
    if 0 < using < len(rest) - 1 and (
        rest[using + 1].kind in {Kind.NUMBER, Kind.TEXT} or rest[using + 1].is_word("NULL")
    ):
        found.add(Effect.DESTROYS_DATA, f"ALTER: every row of {name} gets the same value", *table(name))
    _dropped(rest, name, found)
    _aged(rest, name, found)


def _aged(tokens: Tokens, name: str, found: Found) -> None:
    """`DATA_RETENTION_TIME_IN_DAYS = 0`, `'delta.logRetentionDuration' = 'interval 0 days'`, `expiration_days = 1`."""
    for token, value in zip(tokens, tokens[2:], strict=False):
        word = token.word.lower()
        digits = re.search(r"\d+", value.word)
        if "expiration" in word or ("retention" in word and digits and int(digits[0][:6]) <= SHORTEST_KEPT):
            found.add(Effect.DESTROYS_DATA, f"ALTER: what is old in {name} is no longer kept", *table(name))


def _only_a_name(tokens: Tokens, at: int) -> bool:
    """`ADD COLUMN owner`, `RENAME COLUMN ttl TO …`, `REFERENCES x ON DELETE CASCADE`."""
    before = tokens[at - 1] if at else None
    return before is not None and before.is_word("COLUMN", "ADD", "TO", "ON", "EXISTS", "RENAME", "TABLE", "DROP")


def _dropped(tokens: Tokens, name: str, found: Found) -> None:
    """`DROP COLUMN x`, `DROP x`, `DROP PARTITION p`; not `DROP NOT NULL`, nor a column that is called drop."""
    depth = 0
    for index, token in enumerate(tokens[:-1]):
        depth += token.is_mark("(") - token.is_mark(")")
        named = index > 0 and tokens[index - 1].is_word("COLUMN", "TO", "ADD")
        if depth > 0 or named or not token.is_word("DROP", "REMOVE") or tokens[index + 1].is_word(*_DROPPED_KEPT):
            continue
        found.add(Effect.DESTROYS_DATA, f"ALTER: a column or a part of {name} is dropped", *table(name))
