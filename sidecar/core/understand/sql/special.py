"""Statements whose first words do not say enough: COPY, SET, DROP, EXPLAIN and others, each with its own reader."""

from collections.abc import Callable

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.sql import places
from sidecar.core.understand.sql.alter import alter
from sidecar.core.understand.sql.define import create
from sidecar.core.understand.sql.effects import Found, Inner, table
from sidecar.core.understand.sql.functions import secret_table
from sidecar.core.understand.sql.plain import plain
from sidecar.core.understand.sql.settings import pragma, set_
from sidecar.core.understand.sql.started import ON_SERVER, command
from sidecar.core.understand.sql.statements import TAME_LOADED, row
from sidecar.core.understand.sql.token import Kind, Tokens, find, group, name_at, vocabulary, words

_CLICKHOUSE_SYSTEM = vocabulary(
    "FLUSH RELOAD DROP START STOP SYNC RESTART RESTORE ENABLE DISABLE SHUTDOWN KILL REFRESH WAIT LOAD UNLOAD JEMALLOC"
)
_POWERFUL = (
    "pg_execute_server_program",
    "pg_read_server_files",
    "pg_write_server_files",
    "accountadmin",
    "sysadmin",
    "dba",
)
_DBCC_TELLS = vocabulary(
    "CHECKDB CHECKTABLE CHECKALLOC CHECKCATALOG CHECKCONSTRAINTS CHECKIDENT CHECKFILEGROUP OPENTRAN SHOW_STATISTICS "
    "SQLPERF INPUTBUFFER USEROPTIONS HELP PROCCACHE SHOWCONTIG TRACESTATUS UPDATEUSAGE INDEXDEFRAG DBREINDEX LOGINFO "
    "OUTPUTBUFFER MEMORYSTATUS"
)
_OPTIONS = frozenset({"IF", "EXISTS", "ONLY", "TABLE", "CONCURRENTLY", "DATABASE", "SCHEMA"})


def _drop(tokens: Tokens, found: Found) -> None:
    effects, why = row(words(tokens)) or ((Effect.DESTROYS_DATA,), "")
    at = 1
    while at < len(tokens) and tokens[at].kind is Kind.WORD and name_at(tokens, at + 1):
        at += 1
    names = _names(tokens, at)
    for effect in effects:
        found.add(effect, f"{' '.join(words(tokens, 2))}: {why}", *(thing for name in names for thing in table(name)))


def _names(tokens: Tokens, at: int) -> list[str]:
    found = [name_at(tokens, at)]
    while at < len(tokens):
        if tokens[at].is_mark(","):
            found.append(name_at(tokens, at + 1))
        at += 1
    return [name for name in found if name]


def _truncate(tokens: Tokens, found: Found) -> None:
    things = tuple(thing for name in _names(tokens, 1) for thing in table(name))
    found.add(Effect.DESTROYS_DATA, "TRUNCATE takes every row", *things)


def _grant(tokens: Tokens, found: Found) -> None:
    found.add(Effect.CHANGES_ACCESS, f"{tokens[0].word} changes who may do what")
    if any(token.word.lower() in _POWERFUL for token in tokens):
        found.add(Effect.ESCALATES, "gives power over the whole server")


def _copy(tokens: Tokens, found: Found) -> None:
    """PostgreSQL's, Snowflake's and Redshift's COPY."""
    inner = tokens[1].is_mark("(") if len(tokens) > 1 else False
    body = tokens[2 : group(tokens, 1)] if inner else ()
    source = name_at(tokens, 1)
    if inner:
        found.tails.append(body)
    at = find(tokens, "TO", "FROM", start=2)
    if at < 0 or at + 1 >= len(tokens):
        found.unread.append("COPY from or to what?")
        return
    out = tokens[at].word == "TO"
    target = tokens[at + 1]
    if tokens[1].is_word("INTO"):
        _staged(tokens, at, found)
        return
    if target.is_word("PROGRAM"):
        text = tokens[at + 2].word if at + 2 < len(tokens) and tokens[at + 2].kind is Kind.TEXT else ""
        found.add(Effect.RUNS_CODE, f"COPY {ON_SERVER}", *command(text))
    elif out and not target.is_word("STDOUT"):
        found.add(Effect.LEAVES_MACHINE, "COPY: data leaves the database for a file", *table(source))
        found.add(Effect.WRITES, "COPY writes a file", *_path(target.word))
    elif not out and not target.is_word("STDIN") and not target.word.lower().startswith("s3:"):
        found.add(Effect.READS, "COPY reads a file", *_path(target.word))
        if target.word.startswith(("/etc", "/proc", "/root", "/home", "/var/lib")) or ".." in target.word:
            found.add(Effect.READS_SECRET, "COPY reads a file of the machine", *_path(target.word))
    found.add(Effect.READS if out else Effect.WRITES, "COPY", *table(source))
    if out and secret_table(source):
        found.add(Effect.READS_SECRET, f"{source} holds what people sign in with", *table(source))


def _path(name: str) -> tuple[Object, ...]:
    return (Object(Thing.PATH, name),) if name else ()


def _staged(tokens: Tokens, at: int, found: Found) -> None:
    """`COPY INTO place FROM source`: a place that begins with @ or is a text is outside."""
    outside = tokens[2].kind is Kind.TEXT or tokens[2].word.startswith("@")
    effect = Effect.LEAVES_MACHINE if outside else Effect.WRITES
    found.add(
        effect,
        "COPY INTO a stage" if outside else "COPY INTO a table",
        *table(name_at(tokens, at + 1 if outside else 2)),
    )
    if tokens[at + 1].is_mark("("):
        found.tails.append(tokens[at + 2 : group(tokens, at + 1)])


def _out(tokens: Tokens, found: Found) -> None:
    """UNLOAD ('SELECT …') TO …, EXPORT DATA OPTIONS (…) AS SELECT …"""
    found.add(Effect.LEAVES_MACHINE, f"{tokens[0].word}: data leaves the database")
    found.inner += [Inner(token.word, token.start, maybe=True) for token in tokens if token.kind is Kind.TEXT]
    at = find(tokens, "SELECT", "WITH", start=1)
    if at > 0:
        found.tails.append(tokens[at:])


def _explain(tokens: Tokens, found: Found) -> None:
    """EXPLAIN only looks; with ANALYZE it runs the statement."""
    found.add(Effect.READS, "shows how a statement would run")
    if tokens[0].is_word("DESCRIBE", "DESC", "ANALYZE"):
        found.deeds.clear()
        plain(tokens, found)
    at = find(
        tokens,
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "WITH",
        "CREATE",
        "EXECUTE",
        "REFRESH",
        "DECLARE",
        "REPLACE",
        "TRUNCATE",
        top=False,
    )
    runs = any(token.is_word("ANALYZE", "ANALYSE", "PROFILE") for token in tokens[: max(at, 0)])
    switched_off = any(
        token.is_word("ANALYZE") and tokens[index + 1].is_word("FALSE", "OFF")
        for index, token in enumerate(tokens[:-1])
    )
    if at > 0 and runs and not switched_off:
        found.tails.append(tokens[at:])


def _detach(tokens: Tokens, found: Found) -> None:
    plain(tokens, found)
    if find(tokens, "PERMANENTLY") > 0:
        found.add(Effect.DESTROYS_DATA, "DETACH PERMANENTLY: it does not come back by itself")


def _remove(tokens: Tokens, found: Found) -> None:
    """`REMOVE @stage/folder/`: a file that is named, or everything below."""
    plain(tokens, found)
    last = tokens[-1]
    below = last.kind is Kind.PLACE or last.word.endswith(("/", "*"))
    if below or find(tokens, "PATTERN") > 0:
        found.add(Effect.DESTROYS_DATA, f"{tokens[0].word} takes away all files of a stage or of a folder")


def _vacuum(tokens: Tokens, found: Found) -> None:
    plain(tokens, found)
    if find(tokens, "INTO") > 0:
        found.add(Effect.LEAVES_MACHINE, "VACUUM INTO copies the whole database to a file")
    if find(tokens, "RETAIN") > 0:
        found.add(Effect.DESTROYS_DATA, "VACUUM RETAIN: what is older cannot be brought back")


def _system(tokens: Tokens, found: Found) -> None:
    """ClickHouse's SYSTEM, or the mysql client's `system ls`."""
    if len(tokens) > 1 and tokens[1].is_word(*_CLICKHOUSE_SYSTEM):
        plain(tokens, found)
        if tokens[1].is_word("DROP", "UNFREEZE") and find(tokens, "CACHE", "CACHES") < 0:
            found.add(Effect.DESTROYS_DATA, "SYSTEM DROP: not only a cache")
    else:
        found.add(Effect.RUNS_CODE, "runs a program on the client")


def _attach(tokens: Tokens, found: Found) -> None:
    """`ATTACH 'file' AS name`; ClickHouse's ATTACH TABLE brings back what was detached."""
    files = [token.word for token in tokens[1:4] if token.kind in {Kind.TEXT, Kind.NAME}]
    for effect, why in [one for file in files for one in places.opened(file)]:
        found.compute(f"ATTACH: {why}") if effect is Effect.UNKNOWN else found.add(effect, f"ATTACH: {why}")
    if not files:
        plain(tokens, found)
    if tokens[1:] and (tokens[-1].is_mark(")") or tokens[1].kind is Kind.PLACE):
        found.compute("ATTACH of what another database keeps")


def _dbcc(tokens: Tokens, found: Found) -> None:
    if len(tokens) > 1 and tokens[1].is_word(*_DBCC_TELLS):
        plain(tokens, found)
    else:
        found.compute("DBCC: nobody described it")


def _restore(tokens: Tokens, found: Found) -> None:
    if len(tokens) > 1 and tokens[1].is_word("HEADERONLY", "FILELISTONLY", "VERIFYONLY", "LABELONLY"):
        found.add(Effect.READS, "reads a backup")
    else:
        plain(tokens, found)


def _load(tokens: Tokens, found: Found) -> None:
    """DuckDB's `LOAD json`; all else that is loaded is code or a file."""
    if len(tokens) == 2 and tokens[1].is_word(*TAME_LOADED):
        found.add(Effect.WRITES, "LOAD: an extension of the library's own")
    else:
        plain(tokens, found)


def _source(_: Tokens, found: Found) -> None:
    found.add(Effect.RUNS_CODE, "runs whatever the file holds")
    found.compute("what the file holds is not known")


SPECIAL: dict[str, Callable[[Tokens, Found], None]] = {
    "CREATE": create,
    "ALTER": alter,
    "DROP": _drop,
    "TRUNCATE": _truncate,
    "GRANT": _grant,
    "COPY": _copy,
    "UNLOAD": _out,
    "EXPORT": _out,
    "EXPLAIN": _explain,
    "PROFILE": _explain,
    "DESCRIBE": _explain,
    "DESC": _explain,
    "ANALYZE": _explain,  # MariaDB runs what stands after it
    "SET": set_,
    "PRAGMA": pragma,
    "VACUUM": _vacuum,
    "DETACH": _detach,
    "REMOVE": _remove,
    "RM": _remove,
    "SYSTEM": _system,
    "ATTACH": _attach,
    "LOAD": _load,
    "DBCC": _dbcc,
    "RESTORE": _restore,
    "SOURCE": _source,
}
