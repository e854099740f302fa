"""CREATE: what is made, who may run it, and the statements inside it.

Rules: a body is read as if it ran now, because it runs sooner or later; a body in another language than SQL runs code.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql import places
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
# Engines that keep rows on this server; all others stand for another one, or for a program.
_OWN_ENGINES = vocabulary(
    "INNODB MYISAM ARIA MEMORY HEAP ARCHIVE CSV MERGE MRG_MYISAM LOG TINYLOG STRIPELOG NULL SET JOIN BUFFER VIEW "
    "MATERIALIZEDVIEW LIVEVIEW WINDOWVIEW GENERATERANDOM KEEPERMAP EMBEDDEDROCKSDB ATOMIC LAZY ORDINARY REPLICATED "
    "ROCKSDB TOKUDB NDB NDBCLUSTER SHARED COLUMNSTORE DICTIONARY TIMESERIES DELTA PARQUET ORC AVRO"
)
_SAYS_WHERE = vocabulary(
    "LOCATION URL URI ENDPOINT HOST SOURCE CONNECTION PATH SERVER BROKER BOOTSTRAP STORAGE_ALLOWED_LOCATION"
)
_QUERY_OPTIONS = vocabulary("OPTION BINDING DATA ONLY")
_OWN_MODULES = vocabulary("FTS3 FTS4 FTS5 RTREE GEOPOLY VEC0 DBSTAT SPELLFIX1 FTS5VOCAB GENERATE_SERIES")
# What CREATE makes when it gives no rights and reaches nowhere; those have rows of their own.
_MADE = vocabulary(
    "TABLE VIEW INDEX SEQUENCE MATERIALIZED TYPE DOMAIN SCHEMA DATABASE FUNCTION PROCEDURE PROC TRIGGER EVENT RULE "
    "TASK STREAM DICTIONARY TAG STATISTICS OPERATOR COLLATION CAST SYNONYM TABLESPACE WAREHOUSE FILE MODEL SEARCH "
    "VECTOR PACKAGE PARTITION XML DYNAMIC PUBLIC TEXT CONVERSION PROJECTION DEFAULT LIVE WINDOW MACRO KEYSPACE "
    "COLUMN COLUMNSTORE BITMAP MULTISET SET VIRTUAL CAGRA ACCESS ALERT HASH PRIMARY SNAPSHOT ASSERTION ICEBERG"
)
_POWERS = frozenset(
    {"SUPERUSER", "SYSADMIN", "BYPASSRLS", "CREATEROLE", "REPLICATION", "ACCOUNTADMIN", "SECURITYADMIN"}
)


def create(tokens: Tokens, found: Found) -> None:
    kinds = [token.word for token in tokens[1:12] if token.kind is Kind.WORD]
    plain = [word for word in kinds if word not in _FILLING]
    kind = plain[0] if plain else ""
    if "REPLACE" in kinds[:2] and kind in _KEPT:
        name = name_at(tokens, find(tokens, kind) + 1)
        found.add(Effect.DESTROYS_DATA, f"another {kind.lower()} takes the place of {name}", *table(name))
    effects, why = row(("CREATE", *plain[:3])) or ((Effect.WRITES,), "makes something")
    if effects == (Effect.WRITES,) and kind not in _MADE:
        found.compute(f"CREATE {kind[:40]}: nobody described it")
    extension = _extension(tokens) if kind == "EXTENSION" else ""
    for effect in (Effect.INSTALLS,) if extension in TAME_EXTENSIONS else effects:
        found.add(effect, f"CREATE {kind}: {why}", *table(name_at(tokens, find(tokens, kind) + 1)))
    powers(tokens, found)
    if reaches_out(tokens):
        found.add(Effect.LEAVES_MACHINE, f"CREATE {kind}: another server is spoken to")
    if kind in _BODIES or find(tokens, "FUNCTION", "PROCEDURE") > 0:
        body(tokens, found)
    else:
        _engine(tokens, found)
        _query(tokens, found)


def reaches_out(tokens: Tokens) -> bool:
    """`LOCATION 's3://…'`, `OPTIONS (endpoint = 'https://…', uris = ['gs://…'])`; not a default or a comment."""
    return any(
        token.kind is Kind.TEXT
        and places.is_address(token.word)
        and any(before.word.upper().rstrip("S") in _SAYS_WHERE for before in tokens[max(0, index - 3) : index])
        for index, token in enumerate(tokens)
    )


def _extension(tokens: Tokens) -> str:
    return name_at(tokens, find(tokens, "EXTENSION") + 1).lower()


def powers(tokens: Tokens, found: Found) -> None:
    if any(token.is_word(*_POWERS) for token in tokens):
        found.add(Effect.ESCALATES, "gives power over the whole server")
    if (at := find(tokens, "DEFINER")) > 0 and tokens[at - 1].is_word("SECURITY"):
        found.add(Effect.ESCALATES, "runs with its owner's rights, whoever calls it")


def body(tokens: Tokens, found: Found) -> None:
    at = find(tokens, "LANGUAGE", top=False)
    language = tokens[at + 1].word.upper() if 0 < at < len(tokens) - 1 else "SQL"
    if language not in _SQL_LANGUAGES or find(tokens, "SONAME", top=False) > 0 or find(tokens, "EXTERNAL") > 0:
        found.add(Effect.RUNS_CODE, f"a body in {language.lower()} runs in the server")
        return
    calls = find(tokens, "EXECUTE")
    if 0 < calls < len(tokens) - 1 and tokens[calls + 1].is_word("FUNCTION", "PROCEDURE"):
        return  # a trigger that calls what was made elsewhere
    opened = find(tokens, "AS", "BEGIN", "DO", "THEN", "RETURN", "ROW", start=2)
    for index, token in enumerate(tokens):
        if token.kind is Kind.TEXT and index and tokens[index - 1].is_word("AS"):
            found.inner.append(Inner(token.word, token.start))
            return
    if opened > 0:
        found.tails.append(tokens[opened + (tokens[opened].word != "BEGIN") :])


def _engine(tokens: Tokens, found: Found) -> None:
    for index, token in enumerate(tokens[:-1]):
        if token.is_word("ENGINE"):
            engine = tokens[min(index + 1 + tokens[index + 1].is_mark("="), len(tokens) - 1)].word.upper()
            if engine not in _OWN_ENGINES and not engine.endswith("MERGETREE"):
                found.add(Effect.LEAVES_MACHINE, "the table stands on another server")
        elif token.is_word("ORGANIZATION") and tokens[index + 1].is_word("EXTERNAL"):
            found.add(Effect.LEAVES_MACHINE, "the table stands in files outside")
        elif token.is_word("USING") and tokens[1].is_word("VIRTUAL") and not tokens[index + 1].is_word(*_OWN_MODULES):
            found.compute(f"the module {tokens[index + 1].word[:40]} reads what its author wrote")
        elif token.is_word("SOURCE") and tokens[min(index + 2, len(tokens) - 1)].is_word(
            "HTTP", "MYSQL", "POSTGRESQL", "MONGODB", "REDIS"
        ):
            found.add(Effect.LEAVES_MACHINE, "the dictionary comes from another server")
        elif token.is_word("SOURCE") and tokens[min(index + 2, len(tokens) - 1)].is_word("EXECUTABLE"):
            found.add(Effect.RUNS_CODE, "the dictionary comes from a program")


def _query(tokens: Tokens, found: Found) -> None:
    """What stands after AS."""
    at = find(tokens, "AS", start=2)
    while 0 < at < len(tokens) - 1:
        after = tokens[at + 1]
        if after.is_word("SELECT", "WITH", "TABLE", "VALUES", "FROM") or after.is_mark("("):
            found.tails.append(_without_options(tokens[at + 1 :]))
            return
        at = find(tokens, "AS", start=at + 1)
    first = find(tokens, "SELECT", start=2)
    if first > 0 and words(tokens)[:2] == ("CREATE", "TABLE"):
        found.tails.append(tokens[first:])


def _without_options(query: Tokens) -> Tokens:
    """`… WITH CHECK OPTION`, `… WITH NO SCHEMA BINDING`, `… WITH NO DATA` say nothing about the query."""
    for length in (2, 3, 4):
        last = query[-length:]
        if len(last) == length and last[0].is_word("WITH") and last[-1].is_word(*_QUERY_OPTIONS):
            return query[:-length]
    return query
