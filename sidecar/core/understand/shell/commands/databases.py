"""Clients of databases: the SQL in their options, their input and their operands is read as SQL."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Call,
    Reader,
    Reading,
    Run,
    Statements,
    Stream,
    Word,
    deed,
    does,
    path,
    resource,
)
from sidecar.core.understand.shell.commands.touching import reading, writing
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags
from sidecar.core.understand.shell.said import said

_E = Effect


def client(dialect: str | None, texts: str, valued: str, files: str = "", outs: str = "", last: bool = False) -> Reader:
    """`texts`: options whose value is SQL; `files`: whose value is a file of it; `last`: what follows the first operand
    is SQL."""
    text_names, file_names, out_names = tuple(texts.split()), tuple(files.split()), tuple(outs.split())
    takes = frozenset([*valued.split(), *text_names, *file_names, *out_names])

    def reader(call: Call) -> Reading:
        read = flags(call.args, takes, long=dialect == "sqlite")
        if read.has("help", "version"):
            return NOTHING
        runs: list[Run] = [Statements(word, dialect) for word in read.values(*text_names)]
        if last:
            runs += [Statements(word, dialect) for word in read.operands[1:]]
        named = read.values(*file_names)
        streams = [word.stream or call.files.get(paths.folded(word.text)) or Stream() for word in named]
        if call.stdin.given and not runs and not named:
            streams.append(call.stdin)
        runs += [Statements(Word(stream.text), dialect) for stream in streams if stream.text is not None]
        unseen = tuple(f"{call.name} runs SQL that is not seen" for stream in streams if stream.text is None)
        named = [*named, *(read.operands[:1] if last else ())]
        deeds = reading(named, call.name) + writing(read.values(*out_names), call.name)
        if read.operands and not last:  # `influx delete --bucket x`
            deeds += tuple(deed(effect, call.shown) for effect in said(read))
        return Reading((*deeds, deed(_E.READS, call.shown, resource(call.name))), tuple(runs), unseen)

    return reader


def dumps(call: Call) -> Reading:
    """A dump reads every row and writes a file or prints."""
    read = flags(
        call.args, frozenset(listed("f file r result-file h host U user u p port P d dbname t table n schema"))
    )
    # Nothing in it takes anything away, unless it says so.
    adds = call.name.startswith("pg_dump") and not read.has("c", "clean", "if-exists")
    written = writing(read.values("f", "file", "r", "result-file"), call.name)
    return Reading((deed(_E.READS, call.shown), *written), out=Stream("" if adds else None))


def drops(call: Call) -> Reading:
    return does(_E.DESTROYS_DATA, call)


def restores(call: Call) -> Reading:
    clean = flags(call.args, frozenset({"d", "h", "U"})).has("c", "clean", "drop")
    return does(_E.DESTROYS_DATA if clean else _E.WRITES, call)


_REDIS = re.compile(
    r"\b(FLUSHALL|FLUSHDB|SHUTDOWN|DEBUG|SWAPDB|SCRIPT\s+FLUSH|FUNCTION\s+FLUSH|XTRIM|LTRIM)\b", re.IGNORECASE
)
_REDIS_ACCESS = re.compile(
    r"^\s*(CONFIG\s+SET|ACL\s+(SETUSER|DELUSER)|SLAVEOF|REPLICAOF|MODULE\s+LOAD)\b", re.IGNORECASE
)
_REDIS_READS = re.compile(
    r"^\s*(GET|MGET|KEYS|SCAN|INFO|PING|TTL|TYPE|EXISTS|HGET\w*|HKEYS|HLEN|LRANGE|LLEN|SMEMBERS|SCARD|ZRANGE\w*|ZCARD"
    r"|DBSIZE|MONITOR|CLIENT LIST|MEMORY|XRANGE|XLEN|OBJECT|STRLEN|TIME|LASTSAVE|CONFIG GET)\b",
    re.IGNORECASE,
)


def redis(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("h p a n u s i r x")), stop=True)
    text = " ".join(word.text for word in read.operands) or (call.stdin.text or "")
    if _REDIS.search(text.partition(" ")[0] if not call.stdin.given else text):
        return does(_E.DESTROYS_DATA, call)
    if _REDIS_ACCESS.match(text):
        return does(_E.CHANGES_ACCESS, call)
    if text.upper().startswith("EVAL") or any(word.text == "--eval" for word in call.args):
        return Reading((deed(_E.RUNS_CODE, call.shown),), (), ("a script for redis",))
    if call.stdin.given and call.stdin.text is None and not read.operands:
        return Reading(unread=("redis commands that are not seen",))
    if re.match(r"\s*(DEL|UNLINK|HDEL|EXPIRE)\b", text, re.IGNORECASE):
        return does(_E.DESTROYS_DATA if f"{HOLE}*" in text else _E.DELETES, call)
    return does(_E.READS if not text or _REDIS_READS.match(text) else _E.WRITES, call)


_MONGO_LOSS = re.compile(r"dropDatabase|\.drop\(|deleteMany|remove\(|dropUser|dropIndexes|shutdownServer|deleteOne")
_MONGO_ACCESS = re.compile(r"createUser|grantRoles|updateUser|createRole")
_MONGO_READS = re.compile(
    r"\s*(db\.\w+\.(find|findOne|count\w*|aggregate|distinct|stats|getIndexes)\(|show "
    r"|db\.(stats|version|getCollectionNames|serverStatus)\(|rs\.status)"
)


def mongo(call: Call) -> Reading:
    """Its language is JavaScript; only calls that stand there plainly are known."""
    read = flags(call.args, frozenset(listed("eval host port u p username password authenticationDatabase f file")))
    texts = [word.text for word in read.values("eval")] + (
        [call.stdin.text] if call.stdin.given and call.stdin.text else []
    )
    text = "\n".join(texts)
    if _MONGO_LOSS.search(text):
        return does(_E.DESTROYS_DATA, call)
    if _MONGO_ACCESS.search(text):
        return does(_E.CHANGES_ACCESS, call)
    if texts and not all(_MONGO_READS.match(one) for one in texts):
        return Reading((deed(_E.RUNS_CODE, call.shown),), (), ("a script for MongoDB",))
    scripts = [word for word in read.operands if word.text.endswith(".js")] + read.values("f", "file")
    if scripts or (call.stdin.given and call.stdin.text is None):
        return Reading(
            (deed(_E.RUNS_CODE, call.shown, *(path(w.shown) for w in scripts)),), (), ("a script for MongoDB",)
        )
    return does(_E.READS, call)


_PSQL = "h host p port U username d dbname v set variable F R P pset T L log-file"
_MYSQL = "h host P port u user D database S socket default-character-set ssl-ca"
DATABASES: dict[str, Reader] = {
    **dict.fromkeys(("psql", "pgcli"), client("postgres", "c command", _PSQL, "f file", "o output")),
    "cockroach": client("postgres", "e execute", "host port u user d database url certs-dir format", "f file"),
    **dict.fromkeys(("mysql", "mariadb", "mycli"), client("mysql", "e execute init-command", _MYSQL)),
    **dict.fromkeys(
        ("sqlite3", "sqlite", "litecli"), client("sqlite", "cmd", "separator nullvalue", "init", last=True)
    ),
    "duckdb": client(None, "c s", "", "init f", last=True),
    **dict.fromkeys(("sqlcmd", "osql", "mssql-cli"), client("tsql", "Q q", "S U P d h s W", "i", "o")),
    "sqlplus": client(None, "", ""),
    **dict.fromkeys(
        ("clickhouse-client", "clickhouse", "clickhouse-local"),
        client("clickhouse", "q query", "h host port u user password d database format"),
    ),
    "snowsql": client("snowflake", "q query", "a u d s w r c", "f filename"),
    "trino": client(None, "execute", "server catalog schema", "f file"),
    "presto": client(None, "execute", "server catalog schema", "f file"),
    **dict.fromkeys(listed("hive beeline spark-sql impala-shell"), client(None, "e q", "u n p i d", "f")),
    "cqlsh": client("postgres", "e execute", "u p k", "f file"),
    "influx": client(None, "execute", "host port database"),
    **dict.fromkeys(listed("pg_dump pg_dumpall mysqldump mongodump mariadb-dump"), dumps),
    **dict.fromkeys(listed("pg_restore mongorestore mysqlimport mongoimport"), restores),
    "createdb": lambda call: does(_E.WRITES, call),
    **dict.fromkeys(("dropdb", "dropuser", "pg_resetwal"), drops),
    "createuser": lambda call: does(_E.CHANGES_ACCESS, call),
    "mysqladmin": verbs(
        [
            *rows(_E.DESTROYS_DATA, "drop; shutdown; flush-*; kill"),
            *rows(_E.CHANGES_ACCESS, "password"),
            *rows(_E.READS, "ping; status; version; processlist; variables"),
        ],
        "u user h host p P",
    ),
    **dict.fromkeys(("redis-cli", "valkey-cli", "keydb-cli"), redis),
    **dict.fromkeys(("mongo", "mongosh"), mongo),
}
