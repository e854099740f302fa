"""What a statement does by the words it begins with: everything whose effect does not depend on its conditions.

Rules: the longest row that fits counts. What begins with a word of `PARSED` goes to the parser, what begins with a word
of a special reader (see statement.py) goes there; what begins with nothing known is unknown.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.token import vocabulary

Row = tuple[tuple[Effect, ...], str]
PARSED = vocabulary("SELECT WITH INSERT REPLACE UPDATE DELETE MERGE VALUES TABLE FROM PIVOT UNPIVOT")

_DESTROYS = (Effect.DESTROYS_DATA,)
_DELETES = (Effect.DELETES,)
_WRITES = (Effect.WRITES,)
_READS = (Effect.READS,)
_ACCESS = (Effect.CHANGES_ACCESS,)
_ESCALATES = (Effect.ESCALATES,)
_RUNS = (Effect.RUNS_CODE,)
_LEAVES = (Effect.LEAVES_MACHINE,)
_NOTHING: tuple[Effect, ...] = ()

_ROWS: tuple[tuple[tuple[Effect, ...], str, str], ...] = (
    (
        _DESTROYS,
        "what it held cannot be made again",
        "DROP|TRUNCATE|DROP OWNED|PURGE|RESET MASTER|RESET BINARY|RESET SLAVE|RESET REPLICA|SYSTEM DROP REPLICA",
    ),
    (
        _DELETES,
        "can be made again",
        "DROP VIEW|DROP INDEX|DROP TEMPORARY TABLE|DROP TEMPORARY|DROP TRIGGER|DROP FUNCTION|"
        "DROP PROCEDURE|DROP AGGREGATE|DROP CAST|DROP OPERATOR|DROP RULE|DROP STATISTICS|DROP SYNONYM|"
        "DROP AGGREGATE FUNCTION|DROP PREPARE|DROP ROUTINE|DROP CONVERSION|DROP TEXT SEARCH|DROP STREAM|"
        "DROP TASK|DROP FILE FORMAT|DROP TEMP TABLE|DROP DOMAIN|DETACH TABLE|DETACH VIEW|"
        "DETACH DICTIONARY|DROP DICTIONARY|REMOVE|RM",
    ),
    (
        _ACCESS,
        "changes who may do what",
        "GRANT|REVOKE|DENY|DROP USER|DROP ROLE|DROP LOGIN|DROP GROUP|DROP POLICY|DROP ROW|DROP MASKING|"
        "DROP SECURITY|DROP USER MAPPING|REASSIGN|RENAME USER|SET PASSWORD|SET GLOBAL|SET PERSIST|"
        "SET DEFAULT ROLE|SECURITY|SHUTDOWN|RECONFIGURE|ALTER USER|ALTER ROLE|ALTER LOGIN|ALTER GROUP|"
        "ALTER POLICY|ALTER DEFAULT|ALTER ACCOUNT|ALTER AUTHORIZATION|ALTER SYSTEM|ALTER SERVER|"
        "ALTER QUOTA|ALTER SETTINGS|ALTER ROW|ALTER MASKING|ALTER NETWORK|ALTER SECURITY|ALTER SHARE|"
        "ALTER APPLICATION|ADD SIGNATURE|RESTART|FLUSH PRIVILEGES|SET RESOURCE|SYSTEM SHUTDOWN|"
        "SYSTEM KILL|LOCK INSTANCE|"
        "DISABLE|UNINSTALL|FLUSH TABLES WITH|FLUSH TABLE WITH|CREATE USER|CREATE ROLE|CREATE LOGIN|"
        "CREATE GROUP|CREATE POLICY|"
        "CREATE ROW|CREATE MASKING|CREATE QUOTA|CREATE SETTINGS|CREATE NETWORK|CREATE SECURITY|"
        "CREATE CERTIFICATE|CREATE APPLICATION|CREATE DATABASE ROLE|CREATE EVENT TRIGGER|NOAUDIT|AUDIT|SET CLUSTER",
    ),
    (
        _ESCALATES,
        "takes another role",
        "SET ROLE|SET SESSION AUTHORIZATION|USE ROLE|USE SECONDARY|SETUSER|REVERT|SET LOCAL ROLE|"
        "SET SESSION ROLE|EXECUTE AS|EXEC AS|SET LOCAL SESSION AUTHORIZATION",
    ),
    (_NOTHING, "back to one's own role", "SET ROLE NONE|SET ROLE DEFAULT|RESET|RESET ROLE|RESET SESSION|SET DEFAULT"),
    (
        _LEAVES,
        "data leaves this server, or another is spoken to",
        "CREATE TABLESPACE|CREATE SERVER|CREATE FOREIGN|CREATE SUBSCRIPTION|CREATE PUBLICATION|CREATE EXTERNAL|"
        "CREATE STAGE|CREATE SHARE|CREATE STORAGE|CREATE NOTIFICATION|CREATE API|CREATE CREDENTIAL|"
        "CREATE ENDPOINT|CREATE DATABASE LINK|CREATE NAMED|CREATE PUBLIC DATABASE LINK|CREATE CONNECTION|"
        "CREATE CATALOG|ALTER SUBSCRIPTION|ALTER PUBLICATION|ALTER STAGE|ALTER ENDPOINT|IMPORT FOREIGN|"
        "CHANGE MASTER|CHANGE REPLICATION|BACKUP|PUT|CREATE USER MAPPING|CREATE TEMPORARY STAGE|DUMP|"
        "EXPORT|UNLOAD|CREATE EXTERNAL TABLE|CREATE DATABASE SCOPED|CREATE FAILOVER|CREATE REPLICATION|"
        "CLONE|CREATE HYBRID|GET",
    ),
    (
        _RUNS,
        "runs code in the server",
        "CREATE LANGUAGE|CREATE TRUSTED|CREATE PROCEDURAL|CREATE ASSEMBLY|CREATE LIBRARY|CREATE PLUGIN|"
        "CREATE MODULE|ALTER EXTENSION|ALTER ASSEMBLY|LOAD|CREATE SERVICE|CREATE STREAMLIT|"
        "CREATE TRANSFORM",
    ),
    (
        (Effect.RUNS_CODE, Effect.INSTALLS),
        "installs code in the server",
        "CREATE EXTENSION|INSTALL|CREATE EXTENSION IF",
    ),
    ((Effect.WRITES, Effect.READS_SECRET), "reads a file of the machine", "LOAD DATA|LOAD XML|BULK INSERT|IMPORT"),
    ((Effect.WRITES, Effect.LEAVES_MACHINE), "reads from outside", "LOAD DATA INTO|LOAD DATA OVERWRITE"),
    (_DESTROYS, "puts other data in the place of these", "RESTORE|ALTER DATABASE SET SINGLE_USER|FLASHBACK"),
    (_ACCESS, "throws somebody out", "KILL"),
    (
        _DESTROYS,
        "who asks for the old name finds nothing, or another",
        "RENAME TABLE|RENAME TABLES|EXCHANGE",
    ),
    (_DESTROYS, "removes history", "RESET REPLICA ALL|PURGE BINARY|PURGE MASTER"),
    (
        _WRITES,
        "changes how things are kept",
        "VACUUM|ANALYZE|ANALYSE|REINDEX|CLUSTER|CHECKPOINT|OPTIMIZE|REPAIR|CHECK|CHECKSUM|COMMENT|"
        "REFRESH|ATTACH|RENAME|KILL QUERY|KILL MUTATION|FLUSH|NOTIFY|LOCK|UNDROP|DBCC|SYSTEM|ALTER|CREATE|LABEL|"
        "START SLAVE|STOP SLAVE|START REPLICA|STOP REPLICA|START GROUP_REPLICATION|"
        "STOP GROUP_REPLICATION|ENABLE|CACHE|DETACH|HANDLER|MSCK|ASSERT",
    ),
    (
        _READS,
        "only tells",
        "SHOW|DESCRIBE|DESC|SUMMARIZE|EXISTS|LIST|LS|PRAGMA|FETCH|HELP|CHECK GRANT|CHECK TABLE",
    ),
    (
        _NOTHING,
        "changes nothing that is kept",
        "BEGIN|START|COMMIT|ROLLBACK|END|SAVEPOINT|RELEASE|ABORT|UNLOCK|DISCARD|DEALLOCATE|CLOSE|MOVE|"
        "LISTEN|UNLISTEN|USE|SET|PRINT|DECLARE|RETURN|RAISE|RAISERROR|THROW|SIGNAL|RESIGNAL|NULL|EXIT|"
        "DBMS_OUTPUT|DBMS_APPLICATION_INFO|RAISE_APPLICATION_ERROR|"
        "CONTINUE|LEAVE|ITERATE|BREAK|GOTO|WAITFOR|ROLLFORWARD|OPEN|GET DIAGNOSTICS|PREPARE|UNSET|XA|"
        "DELIMITER|QUIT|WATCH|SAVE|STOP|UNCACHE|DETACH DATABASE",
    ),
)
STATEMENTS: dict[tuple[str, ...], Row] = {
    tuple(lead.split()): (effects, why) for effects, why, leads in _ROWS for lead in leads.split("|")
}
# A word that only a statement begins with: a text that begins with one may be SQL.
FIRST = frozenset(
    {lead[0] for lead in STATEMENTS} | PARSED | {"DO", "CALL", "EXEC", "EXECUTE", "COPY", "EXPLAIN", "IF"}
)
# A word that stands in no statement that only looks, but as a name.
CHANGING = frozenset(
    {lead[0] for lead, (effects, _) in STATEMENTS.items() if {*effects} - {Effect.READS}}
    | vocabulary("INSERT REPLACE UPDATE DELETE MERGE INTO DO CALL EXEC EXECUTE COPY LOAD PROGRAM OUTFILE SETUSER")
)
# Extensions that bring types and functions over values, nothing that reaches out or runs.
# DuckDB's own, already on the machine.
TAME_LOADED = vocabulary("JSON PARQUET ICU FTS SPATIAL EXCEL TPCH TPCDS INET AUTOCOMPLETE VSS")
TAME_EXTENSIONS = vocabulary(
    "pgcrypto uuid-ossp pg_trgm citext hstore postgis vector btree_gin btree_gist unaccent intarray ltree "
    "tablefunc pg_stat_statements timescaledb fuzzystrmatch cube earthdistance bloom isn seg pgvector "
    "pg_buffercache"
)


def row(words: tuple[str, ...]) -> Row | None:
    """The longest row that fits."""
    for length in range(min(len(words), 4), 0, -1):
        if found := STATEMENTS.get(words[:length]):
            return found
    return None
