"""The arguments of a tool that nobody described: each name that is known has a reader.

Strategy: a table of names; a reader takes the value, the verbs in the tool's name, the tool, all that it was given, and
what policies describe.
"""

import re
import shlex
from collections.abc import Callable, Mapping

from sidecar.core.model.described import Own
from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand.files import read_path, remove_path, write_path
from sidecar.core.understand.listed import listed
from sidecar.core.understand.query import query, spoken
from sidecar.core.understand.several import LEFT_OUT, readable
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.snippet import language, snippet
from sidecar.core.understand.tool_name import verbs_of, words_of
from sidecar.core.understand.web import address

Input = Mapping[str, object]
# Words that are searched for begin with the same words as SQL; what comes next tells.
_SQL_START = re.compile(
    r"\s*(--|/\*|\(|#|;|(select|truncate|explain|show|begin|call|exec|execute)\b|with\b.*?\bas\b|insert\s+(into|ignore|or|over)"
    r"|replace\s+into|update\s+\S+.*?\sset\b|delete\s+(from|\w+\s+from)|(grant|revoke|deny)\b.*?\b(on|to|from)\b|merge\s+into"
    r"|(drop|create|alter)\s+(or\s|if\s|temp|unique|external|materialized|table|database|schema|view|index|user|role|login"
    r"|function|procedure|trigger|policy|column|type|sequence|extension|keyspace|measurement|warehouse|stage|share|server"
    r"|system|default|publication|subscription|event|rule|partition|tablespace|all\s|owned)"
    r"|(set|use|declare)\s+[@\w]|copy\s+.*?\b(to|from)\b|do\s*[$']|rename\s+table|vacuum\b|attach\b)",
    re.IGNORECASE | re.DOTALL,
)
# Who writes one of these words as a permission or a role gives power.
_POWER = frozenset(listed("admin administrator owner root superuser maintain write public everyone editor sysadmin"))
_GRAPHS = frozenset(listed("cypher neo4j sparql gremlin memgraph arango graphdb neptune"))
_GRAPH_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"|//[^\n]*")
_GRAPH_WORDS = (
    (Effect.DESTROYS_DATA, re.compile(r"(?i)\b(delete|detach|drop|remove|clear|truncate)\b")),
    (Effect.WRITES, re.compile(r"(?i)\b(create|merge|set|insert|addV|addE|property)\b")),
    (Effect.LEAVES_MACHINE, re.compile(r"(?i)\b(load\s+csv|service\s*<|apoc\.(load|export|import))")),
    (Effect.RUNS_CODE, re.compile(r"(?i)\b(apoc\.(cypher|periodic|trigger)|dbms\.)")),
)
_HOST_PLACES = re.compile(r"^(/|/(etc|root|home|var|proc|sys|boot|usr)[^:]*|.*docker\.sock)(:|$)")
_FIELD = re.compile(r"[{}\s]([A-Za-z]\w*)\s*\(")
_HISTORY = frozenset(listed("push checkout rebase merge clean ref refs branch"))
LONGEST_ACTION = 200
# Servers named like a program take the words behind its name.
_PROGRAMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(listed("redis valkey"), ("redis-cli",)),
    "compose": ("docker", "compose"),
    **dict.fromkeys(listed("kubectl kubernetes k8s"), ("kubectl",)),
    **dict.fromkeys(listed("mongo mongodb mongosh"), ("mongosh", "--eval")),
    **{name: (name,) for name in listed("docker git aws gcloud az terraform helm gh")},
}
_SQL_NAMES = frozenset(listed("sql database db postgres mysql sqlite bigquery snowflake clickhouse pg mssql warehouse"))

Argument = Callable[[object, tuple[Effect, ...], str, Input, Own], Understood | None]


def reader_of(name: str) -> Argument | None:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return _ARGUMENTS.get(plain) or _ARGUMENTS.get(plain.removesuffix("s")) or _ARGUMENTS.get(plain.rpartition("_")[2])


def says_what(name: str) -> bool:
    """`action`, `operation`: its value is a verb."""
    return reader_of(name) is _action


def _command(value: object, _: tuple[Effect, ...], tool: str, input: Input, own: Own) -> Understood | None:
    named = [_PROGRAMS[word] for word in words_of(tool) if word in _PROGRAMS]
    program = max(named, key=len, default=None)
    text = shlex.join(map(str, value)) if isinstance(value, list) else value
    if isinstance(text, str) and not program and re.fullmatch(r"[a-z][a-z_-]*", text):
        return _action(text) or _commanded(value, own)  # `{"command": "delete"}`
    behind = input.get("args")
    if program and isinstance(text, str) and isinstance(behind, list) and behind is not value:
        text = f"{text} {shlex.join(map(str, behind))}"
    if program and isinstance(text, str) and not text.lstrip().startswith(program[0]) and not _elsewhere(input):
        text = shlex.quote(text) if program[-1] == "--eval" else text
        return _commanded(" ".join((*program, text)), own)
    return _commanded(value, own)


def _elsewhere(input: Input) -> bool:
    """The command runs inside of what the program keeps, and is a shell's."""
    return any(name in input for name in ("container", "container_id", "containerId", "pod", "pod_name", "podName"))


def _commanded(value: object, own: Own) -> Understood | None:
    if isinstance(value, list):
        joined = shell(shlex.join(map(str, value)), own)
        words = list(map(str, value)) if any(" " in str(word) for word in value) else []
        each = [shell(word, own) for word in words[: readable(words)]]
        left_out = (LEFT_OUT,) if len(each) < len(words) else ()
        unread = (*joined.unread, *(word for one in each for word in one.unread), *left_out)
        return Understood(Node("commands", (), (joined.tree, *(one.tree for one in each))), unread)
    if isinstance(value, str):
        return shell(value, own)
    return Understood(Node("command"), ("a command that is no text",)) if value is not None else None


def _sql(value: object, _: tuple[Effect, ...], tool: str, __: Input, own: Own) -> Understood | None:
    return (
        query(value, spoken(tool), own) if isinstance(value, str) else Understood(Node("SQL"), ("SQL that is no text",))
    )


def _query(value: object, _: tuple[Effect, ...], tool: str, __: Input, own: Own) -> Understood | None:
    """A query may be SQL, or words that are searched for."""
    if not isinstance(value, str):
        return None
    if re.match(r"\s*(query\b[^;]*?)?\{", value):
        return Understood(Node("query", (Deed(Effect.READS, "asks"),)))
    if value.lstrip().startswith("mutation"):
        return _action(" ".join(_FIELD.findall(value)[:20])[:LONGEST_ACTION]) or Understood(
            Node("mutation"), ("a change that nobody described",)
        )
    if _GRAPHS & set(words_of(tool)):
        return _graph(value)
    sql = bool(_SQL_NAMES & set(words_of(tool))) or _SQL_START.match(value) is not None
    return query(value, spoken(tool), own) if sql else None


def _path(value: object, verbs: tuple[Effect, ...], *_: object) -> Understood | None:
    """What is done with the path, the verbs say; read it is in any case."""
    if not isinstance(value, str):
        return None
    if Effect.DESTROYS_DATA in verbs:
        return Understood(Node(f"remove {value}", remove_path(value, "remove")))
    if set(verbs) & {Effect.WRITES, Effect.RUNS_CODE}:
        deeds = tuple(deed for deed in read_path(value, "use") if deed.effect is Effect.READS_SECRET)
        return Understood(Node(f"write {value}", deeds + write_path(value, "write")))
    return Understood(Node(f"read {value}", read_path(value, "read")))


def _url(value: object, verbs: tuple[Effect, ...], _: str, input: Input, __: Own) -> Understood | None:
    if not isinstance(value, str):
        return None
    given = input.get("method")
    method = given.upper() if isinstance(given, str) else "POST" if Effect.LEAVES_MACHINE in verbs else "GET"
    return address(value, method, body=any(input.get(name) for name in ("body", "data", "json", "form", "payload")))


def _code(value: object, _: tuple[Effect, ...], tool: str, input: Input, own: Own) -> Understood | None:
    return snippet(value, language(tool, input), own) if isinstance(value, str) else None


def _source(value: object, verbs: tuple[Effect, ...], tool: str, input: Input, own: Own) -> Understood | None:
    """A path, or code."""
    code = isinstance(value, str) and ("\n" in value or "(" in value or value.startswith(("!", "%")))
    return (_code if code else _path)(value, verbs, tool, input, own)


def _action(value: object, *_: object) -> Understood | None:
    """`{"action": "delete_user"}`: a verb like those in names of tools."""
    if not isinstance(value, str) or len(value) > LONGEST_ACTION:
        return None
    deeds = tuple(Deed(effect, f"{value}", (Object(Thing.RESOURCE, value),)) for effect in verbs_of(value))
    return Understood(Node(value, deeds)) if deeds else None


def foreign(value: object, *_: object) -> Understood | None:
    """A playbook or a script that a tool runs, from elsewhere."""
    if not isinstance(value, str) or not re.match(r"(https?|git|ssh)://", value):
        return None
    host = Object(Thing.HOST, value.partition("://")[2].partition("/")[0])
    return Understood(Node(value[:120], (Deed(Effect.RUNS_CODE, "runs what stands there", (host,)),)))


def _forwarded(value: object, *_: object) -> Understood | None:
    if not isinstance(value, str):
        return None
    return Understood(Node("forwarded", (Deed(Effect.LEAVES_MACHINE, f"goes on to {value[:60]}"),)))


def _graph(value: object, *_: object) -> Understood | None:
    """Cypher, SPARQL, Gremlin: not parsed; the words that change say so."""
    if not isinstance(value, str):
        return None
    said = _GRAPH_TEXTS.sub("''", value)
    effects = [effect for effect, words in _GRAPH_WORDS if words.search(said)]
    return Understood(Node("graph query", tuple(Deed(effect, value[:60]) for effect in (Effect.READS, *effects))))


def _power(value: object, verbs: tuple[Effect, ...], *_: object) -> Understood | None:
    """`{"role": "admin"}` of a tool that writes; who only looks may filter by it."""
    if not isinstance(value, str) or value.lower() not in _POWER or not set(verbs) - {Effect.READS}:
        return None
    return Understood(Node(value, (Deed(Effect.CHANGES_ACCESS, f"makes somebody {value}"),)))


def _forced(value: object, _: tuple[Effect, ...], tool: str, *__: object) -> Understood | None:
    if value is not True or not _HISTORY & set(words_of(tool)):
        return None
    return Understood(Node("forced", (Deed(Effect.DESTROYS_DATA, "what others pushed is written over"),)))


def _mounted(value: object, *_: object) -> Understood | None:
    """A folder of the host that a container gets."""
    if not isinstance(value, str) or not _HOST_PLACES.match(value):
        return None
    return Understood(Node(value, (Deed(Effect.ESCALATES, f"{value}: a container gets the host's own"),)))


def _privileged(value: object, *_: object) -> Understood | None:
    return Understood(Node("privileged", (Deed(Effect.ESCALATES, "without walls"),))) if value is True else None


def _staged(*_: object) -> Understood | None:
    """MongoDB's stages that write, and those that run code."""
    return Understood(Node("stage", (Deed(Effect.DESTROYS_DATA, "writes over another collection"),)))


def _scripted(*_: object) -> Understood | None:
    return Understood(Node("code"), ("code inside a query",))


def _arguments_of_program(
    value: object, verbs: tuple[Effect, ...], tool: str, input: Input, own: Own
) -> Understood | None:
    """`args` of a tool that is named like the program; of any other they may be anything."""
    named = any(word in _PROGRAMS for word in words_of(tool))
    return _command(value, verbs, tool, input, own) if named and isinstance(value, str | list) else None


_ARGUMENTS: dict[str, Argument] = {
    **dict.fromkeys(listed("command cmd commandline command_line shell bash argv"), _command),
    **dict.fromkeys(listed("sql statement sql_query sqlquery cql influxql hql ksql plsql tsql pgsql psql"), _sql),
    **dict.fromkeys(listed("cypher sparql gremlin"), _graph),
    **dict.fromkeys(listed("forward forwardto redirect_to bcc"), _forwarded),
    "query": _query,
    **dict.fromkeys(listed("permission role access_level acl visibility privilege"), _power),
    **dict.fromkeys(listed("volume mount bind host_path"), _mounted),
    "privileged": _privileged,
    **dict.fromkeys(listed("force forced force_push"), _forced),
    **dict.fromkeys(listed("$out $merge"), _staged),
    **dict.fromkeys(listed("$where $function $accumulator"), _scripted),
    "source": _source,
    **dict.fromkeys(listed("action operation op verb"), _action),
    **dict.fromkeys(listed("args arguments arg subcommand"), _arguments_of_program),
    **dict.fromkeys(listed("path filepath filename file destination directory folder dir root"), _path),
    **dict.fromkeys(listed("url uri endpoint link href webhook"), _url),
    **dict.fromkeys(listed("code script python javascript expression function"), _code),
}
# What says all that a tool does, even if that is only to look.
TELL = frozenset({_action, _query, _sql, _command, _graph, _arguments_of_program})
# What is parsed, so that many of them cost.
PARSED = frozenset({_command, _arguments_of_program, _sql, _query, _code, _source})
# A list of words under such a name is one command.
WORDS = frozenset({_command, _arguments_of_program})
