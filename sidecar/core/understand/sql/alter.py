"""ALTER: what is changed, clause by clause.

Rules: a kind of thing or a clause that is not in the tables is unknown: servers invent new ones, and a clause may take
every row away (`SWITCH`, `EXCHANGE PARTITION`, `SWAP WITH`). `ALTER … AS` is a body, read as in CREATE.
"""

import re
from itertools import pairwise

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.define import body, powers, reaches_out
from sidecar.core.understand.sql.effects import Found, table
from sidecar.core.understand.sql.statements import row
from sidecar.core.understand.sql.token import Kind, Tokens, after_name, clauses, find, group, name_at, vocabulary, words

_ALTERED: tuple[tuple[Effect, str, tuple[str, ...]], ...] = (
    (Effect.CHANGES_ACCESS, "changes who sees or owns it", ("SECURITY", "OWNER", "AUTHORIZATION", "MASKED", "MASKING")),
    (Effect.CHANGES_ACCESS, "switches checks off", ("DISABLE", "NOCHECK")),
    (Effect.DESTROYS_DATA, "rows are taken away", ("DELETE", "TRUNCATE", "CLEAR", "DISCARD", "TTL")),
    (Effect.DESTROYS_DATA, "rows go to another table", ("DETACH", "EXCHANGE", "SWITCH", "SWAP", "APPEND")),
    (Effect.LEAVES_MACHINE, "another server is spoken to", ("FETCH",)),
    (Effect.DESTROYS_DATA, "rows are written over", ("UPDATE", "REPLACE", "BLACKHOLE", "OFFLINE")),
    (Effect.CHANGES_ACCESS, "the server is trusted with more", ("TRUSTWORTHY",)),
)
_WATCHES = re.compile(r"(?i)versioning|encrypt|tracking|audit|protect|checksum|append_?only|capture")
_PAIRS = {
    ("SET", "LOCATION"): (Effect.DESTROYS_DATA, "stands for other rows"),
    ("SET", "UNLOGGED"): (Effect.DESTROYS_DATA, "is emptied when the server fails"),
    ("NO", "INHERIT"): (Effect.DESTROYS_DATA, "rows leave the table above"),
    ("UNSET", "TAG"): (Effect.CHANGES_ACCESS, "what hangs on a tag (a mask) goes with it"),
}
SHORTEST_KEPT = 1  # a day is what most warehouses keep at least
_SETTINGS = frozenset({("ALTER", "SYSTEM"), ("ALTER", "DATABASE"), ("ALTER", "ROLE"), ("ALTER", "USER")})
_ROUTINES = frozenset({"FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "ROUTINE", "PACKAGE"})
# What ALTER changes when it changes no rights; the rights have rows of their own.
_KINDS = vocabulary(
    "TABLE VIEW INDEX SEQUENCE TYPE DOMAIN SCHEMA DATABASE FUNCTION PROCEDURE PROC TRIGGER ROUTINE PACKAGE COLUMN "
    "STATISTICS COLLATION CONVERSION OPERATOR AGGREGATE TABLESPACE WAREHOUSE SESSION STREAM TASK PIPE TAG DYNAMIC "
    "MATERIALIZED EVENT EXTENSION RULE LANGUAGE TEXT FULLTEXT CONSTRAINT DIMENSION SYNONYM ICEBERG PROJECTION MODEL "
    "KEYSPACE CAPACITY RESERVATION ALERT DICTIONARY LARGE FILE"
)
_SMALL = vocabulary("IF EXISTS ONLY IGNORE ONLINE")
_FILLING = _SMALL | vocabulary("VIEW TABLE FORMAT SEARCH CONFIGURATION CLASS FAMILY OBJECT")
_TYPED = vocabulary("AGGREGATE OPERATOR")  # their names have types behind them
_LISTS = vocabulary("ADD DROP SET UNSET MODIFY RENAME ALTER RESET OPTIONS")  # `ADD a int, b int`
_CLAUSES = vocabulary(
    "ADD ALTER MODIFY CHANGE RENAME DROP REMOVE SET RESET UNSET VALIDATE ENABLE CLUSTER COMMENT MATERIALIZE REBUILD "
    "REORGANIZE COMPILE ATTACH REFRESH RESTART START INCREMENT MINVALUE MAXVALUE CACHE NOCACHE CYCLE NO OWNED AS "
    "ENGINE AUTO_INCREMENT COLLATE CONVERT CHARSET CHARACTER DEFAULT ORDER ROW_FORMAT KEY_BLOCK_SIZE ALGORITHM LOCK "
    "FORCE COALESCE OPTIMIZE ANALYZE CHECK REPAIR INHERIT REPLICA FREEZE UNFREEZE MOVE RECLUSTER SUSPEND RESUME "
    "RECOVER PRIMARY DISTSTYLE DISTKEY SORTKEY ENCODE VISIBLE INVISIBLE UNUSABLE NOT VALID DEPENDS COMPRESS "
    "STATS_PERSISTENT STATS_AUTO_RECALC PARTITION ON WITH IMMUTABLE STABLE VOLATILE STRICT CALLED RETURNS COST ROWS "
    "PARALLEL OPTIONS UPGRADE COMPACT SPLIT MERGE ABORT LOGGING NOLOGGING MONITORING SHRINK "
    "CONNECTION_LIMIT READ ALLOW INITRANS PCTFREE STORAGE EXECUTE"
) | frozenset(mark for _, _, marks in _ALTERED for mark in marks)  # fmt: skip
# Settings of a database that take nothing away and open nothing.
_DATABASE_SETTINGS = vocabulary(
    "SEARCH_PATH TIMEZONE STATEMENT_TIMEOUT WORK_MEM COMPATIBILITY_LEVEL READ_COMMITTED_SNAPSHOT QUERY_STORE "
    "ALLOW_SNAPSHOT_ISOLATION AUTO_CREATE_STATISTICS AUTO_UPDATE_STATISTICS AUTO_SHRINK AUTO_CLOSE MULTI_USER "
    "TABLESPACE COMMENT TAG OPTIONS DATESTYLE LOCK_TIMEOUT IDLE_IN_TRANSACTION_SESSION_TIMEOUT ANSI_NULLS "
    "MAINTENANCE_WORK_MEM RANDOM_PAGE_COST EFFECTIVE_CACHE_SIZE DEFAULT_DDL_COLLATION DBPROPERTIES "
    "CLIENT_ENCODING LC_MESSAGES DATA_RETENTION_TIME_IN_DAYS DEFAULT_TEXT_SEARCH_CONFIG LOG_MIN_DURATION_STATEMENT"
)
_DROPPED_KEPT = vocabulary(
    "CONSTRAINT INDEX KEY FOREIGN PRIMARY CHECK DEFAULT NOT EXPRESSION IDENTITY STATISTICS PROJECTION TRIGGER "
    "TAG UNIQUE"
)  # fmt: skip


def alter(tokens: Tokens, found: Found) -> None:
    leading = words(tokens)
    effects, why = row(leading) or ((Effect.WRITES,), "changes something")
    name = name_at(tokens, 2)
    for effect in effects:
        found.add(effect, f"{' '.join(leading[:2])}: {why}", *table(name))
    powers(tokens, found)
    if leading[:2] in _SETTINGS and any("command" in t.word.lower() or "librar" in t.word.lower() for t in tokens):
        found.add(Effect.RUNS_CODE, "a setting that is a command for the server to run")
    if leading[1:2] and leading[1] in _ROUTINES:
        body(tokens, found)
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
    _moved(rest, name, found)
    if reaches_out(rest):
        found.add(Effect.LEAVES_MACHINE, f"ALTER: {name} stands in a place outside", *table(name))
    _aged(rest, name, found)
    if effects == (Effect.WRITES,):
        _known(tokens, found)


def _known(tokens: Tokens, found: Found) -> None:
    """Whether the tables say what this changes."""
    at = _past(tokens, 1, _SMALL)
    kind = tokens[at].word if at < len(tokens) else ""
    if kind not in _KINDS:
        found.compute(f"ALTER {kind[:40]}: nobody described it")
        return
    before = ""
    for clause in clauses(_behind_the_name(tokens, _past(tokens, at + 1, _FILLING), kind)):
        first = clause[0].word if clause and clause[0].kind is not Kind.NAME else ""
        described = first in _CLAUSES or before in _LISTS
        if not described or (kind == "DATABASE" and not _tame_setting(clause)):
            found.compute(f"ALTER {kind} … {first[:40]}: nobody described it")
        before = first if first in _CLAUSES else before


def _past(tokens: Tokens, at: int, small: frozenset[str]) -> int:
    while at < len(tokens) and tokens[at].is_word(*small):
        at += 1
    return at


def _behind_the_name(tokens: Tokens, at: int, kind: str) -> Tokens:
    """Without the cluster or the partition that stands between the name and what is done."""
    if kind == "SESSION":
        return tokens[at:]
    at = after_name(tokens, at)
    if at < len(tokens) and tokens[at].is_mark("(") and kind in _TYPED:
        at = group(tokens, at) + 1
    if at + 2 < len(tokens) and tokens[at].is_word("ON"):
        at = after_name(tokens, at + 2 if tokens[at + 1].is_word("CLUSTER") else at + 1)
    elif at + 1 < len(tokens) and tokens[at].is_word("PARTITION") and tokens[at + 1].is_mark("("):
        at = group(tokens, at + 1) + 1
    return tokens[at:]


def _tame_setting(clause: Tokens) -> bool:
    if not clause[0].is_word("SET") or len(clause) < 2:
        return True
    return clause[1].is_mark("(") or clause[1].word.upper() in _DATABASE_SETTINGS


def _moved(tokens: Tokens, name: str, found: Found) -> None:
    """`MOVE PARTITION p TO TABLE t`, `SET LOCATION 'x'`, `SET (SYSTEM_VERSIONING = OFF)`."""
    at = find(tokens, "MOVE")
    if at >= 0 and find(tokens, "TABLE", start=at) > 0 and not _only_a_name(tokens, at):
        found.add(Effect.DESTROYS_DATA, f"ALTER: rows of {name} go to another table", *table(name))
    for before, token in pairwise(tokens):
        if known := _PAIRS.get((before.word, token.word)):
            found.add(known[0], f"ALTER: {name}: {known[1]}", *table(name))
    for word, _, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if _WATCHES.search(word.word) and value.word.upper() in {"OFF", "FALSE"}:
            found.add(Effect.CHANGES_ACCESS, f"ALTER: {word.word} is switched off", *table(name))


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
