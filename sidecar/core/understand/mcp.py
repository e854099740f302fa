"""Tools whose names say nothing: an MCP tool is read by the names of its arguments.

Strategy: arguments are walked, lists and objects within them too; each name that is known picks a reader. The verb in
the tool's own name is read beside them.

Rules:
- Every argument that fits counts, not only the first.
- A tool whose name has no verb that is known, and whose arguments are no command, SQL, address or code, is unknown: a
  path alone does not tell what is done with it.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping

from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand.files import read_path, remove_path, write_path
from sidecar.core.understand.listed import listed
from sidecar.core.understand.query import query, spoken
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.snippet import language, snippet
from sidecar.core.understand.web import address

Input = Mapping[str, object]
# Arguments of real tools are a dozen, two or three deep.
MOST_ARGUMENTS = 200
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_VERBS: tuple[tuple[Effect, frozenset[str]], ...] = tuple(
    (effect, frozenset(words.split()))
    for effect, words in (
        (
            Effect.DESTROYS_DATA,
            "delete remove drop destroy purge truncate wipe clear erase terminate revoke uninstall reset prune kill"
            " format overwrite unlink",
        ),
        (
            Effect.CHANGES_ACCESS,
            "grant permission permissions role password acl policy share invite token authorize collaborator"
            " collaborators protection ruleset visibility membership firewall unlock impersonate sudo elevate mfa sso",
        ),
        (Effect.LEAVES_MACHINE, "send email mail publish share tweet notify forward invite transfer upload reply post"),
        (Effect.SPENDS, "pay purchase buy charge order subscribe refund"),
        (Effect.RUNS_CODE, "run execute exec eval deploy trigger invoke start apply install"),
        (
            Effect.WRITES,
            "create add update write edit set put insert upsert save append comment move rename copy assign close merge"
            " make open type click fill press select hover drag commit stage checkout branch label",
        ),
        (
            Effect.READS,
            "get list read search find show describe view query fetch lookup count check status info explain browse"
            " download diff log logs tail preview resolve snapshot screenshot wait aggregate validate"
            " lint verify compare think sequentialthinking",
        ),
    )
)
_SQL_START = re.compile(
    r"\s*(--|/\*|\(|#|;|(select|with|insert|update|delete|drop|create|alter|truncate|grant|revoke|merge|show|explain"
    r"|call|exec|execute|begin|set|use|copy|declare|do|replace|rename|vacuum|attach)\b)",
    re.IGNORECASE,
)
_SECRETS = frozenset(listed("secret secrets credential credentials password passwords vault kubeconfig keyvault"))
_SHOWS = frozenset(listed("get read show fetch reveal decrypt retrieve export dump access view"))
# Who writes one of these words as a permission or a role gives power.
_POWER = frozenset(listed("admin administrator owner root superuser maintain write public everyone editor sysadmin"))
_HOST_PLACES = re.compile(r"^(/|/(etc|root|home|var|proc|sys|boot|usr)[^:]*|.*docker\.sock)(:|$)")
_FIELD = re.compile(r"[{}\s]([A-Za-z]\w*)\s*\(")
LONGEST_ACTION = 200
# Servers named like a program take the words behind its name.
_PROGRAMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(listed("redis valkey"), ("redis-cli",)),
    **dict.fromkeys(listed("kubectl kubernetes k8s"), ("kubectl",)),
    **dict.fromkeys(listed("mongo mongodb mongosh"), ("mongosh", "--eval")),
    **{name: (name,) for name in listed("docker git aws gcloud az terraform helm gh")},
}
_SQL_NAMES = frozenset(listed("sql database db postgres mysql sqlite bigquery snowflake clickhouse pg mssql warehouse"))


def by_arguments(tool: str, input: Input, *, described: bool = False) -> Understood:
    """`described`: another reader knows this tool, so that nothing found here is not unknown."""
    verbs = _verbs(tool)
    leaves = list(_leaves(input, ""))
    read = [
        (reader, part)
        for name, value in leaves[:MOST_ARGUMENTS]
        if (reader := _reader(name)) and (part := reader(value, verbs, tool, input))
    ]
    parts = [part for _, part in read]
    deeds = tuple(Deed(effect, tool, (Object(Thing.RESOURCE, tool),)) for effect in (*verbs, *_revealed(tool)))
    unread = [word for part in parts for word in part.unread]
    if len(leaves) > MOST_ARGUMENTS:
        unread.append(f"more than {MOST_ARGUMENTS} arguments")
    told = any(reader in {_action, _query} or part.effects - {Effect.READS} or part.unread for reader, part in read)
    if not (deeds or told or described):
        unread.append(f"a tool that nobody described: {tool}")
    return Understood(Node(tool, deeds, tuple(part.tree for part in parts)), tuple(dict.fromkeys(unread)))


def _verbs(tool: str) -> tuple[Effect, ...]:
    """What the words of the name do. `get_order` looks, whatever `order` may mean; but a removal counts anywhere."""
    words = _words(tool.rpartition("__")[2])
    found = tuple(effect for effect, verbs in _VERBS if verbs & set(words))
    if words and words[0] in _VERBS[-1][1]:
        return tuple(effect for effect in found if effect in {Effect.READS, Effect.DESTROYS_DATA})
    return tuple(effect for effect in found if effect is not Effect.READS) or found


def _revealed(tool: str) -> tuple[Effect, ...]:
    """`get_secret_value`; a list of names shows no value."""
    words = _words(tool.rpartition("__")[2])
    shown = _SECRETS & set(words) and _SHOWS & set(words)
    return (Effect.READS_SECRET,) if shown else ()


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _leaves(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    """Every argument by its name, within lists and objects too. A list of words stays one argument."""
    if isinstance(value, Mapping) and depth < 8:
        for key, inner in value.items():
            yield from _leaves(inner, str(key), depth + 1)
    elif (
        isinstance(value, list)
        and depth < 8
        and not (_reader(name) in {_command, _arguments_of_program} and _all_text(value))
    ):
        for inner in value:
            yield from _leaves(inner, name, depth + 1)
    elif name:
        yield name, value


def _all_text(value: list[object]) -> bool:
    return all(isinstance(one, str) for one in value)


Argument = Callable[[object, tuple[Effect, ...], str, Input], Understood | None]


def _reader(name: str) -> Argument | None:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return _ARGUMENTS.get(plain) or _ARGUMENTS.get(plain.removesuffix("s")) or _ARGUMENTS.get(plain.rpartition("_")[2])


def _command(value: object, _: tuple[Effect, ...], tool: str, input: Input) -> Understood | None:
    program = next((_PROGRAMS[word] for word in _words(tool) if word in _PROGRAMS), None)
    text = shlex.join(map(str, value)) if isinstance(value, list) else value
    if program and isinstance(text, str) and not text.lstrip().startswith(program[0]) and not _elsewhere(input):
        text = text if not program[1:] else shlex.quote(text)
        return _commanded(" ".join((*program, text)))
    return _commanded(value)


def _elsewhere(input: Input) -> bool:
    """The command runs inside of what the program keeps, and is a shell's."""
    return any(name in input for name in ("container", "container_id", "containerId", "pod", "pod_name", "podName"))


def _commanded(value: object) -> Understood | None:
    if isinstance(value, list):
        joined = shell(shlex.join(map(str, value)))
        each = [shell(str(word)) for word in value] if any(" " in str(word) for word in value) else []
        unread = (*joined.unread, *(word for one in each for word in one.unread))
        return Understood(Node("commands", (), (joined.tree, *(one.tree for one in each))), unread)
    if isinstance(value, str):
        return shell(value)
    return Understood(Node("command"), ("a command that is no text",)) if value is not None else None


def _sql(value: object, _: tuple[Effect, ...], tool: str, __: Input) -> Understood | None:
    return query(value, spoken(tool)) if isinstance(value, str) else Understood(Node("SQL"), ("SQL that is no text",))


def _query(value: object, _: tuple[Effect, ...], tool: str, __: Input) -> Understood | None:
    """A query may be SQL, or words that are searched for."""
    if not isinstance(value, str):
        return None
    if re.match(r"\s*(query\b[^;]*?)?\{", value):
        return Understood(Node("query", (Deed(Effect.READS, "asks"),)))
    if value.lstrip().startswith("mutation"):
        return _action(" ".join(_FIELD.findall(value)[:20])[:LONGEST_ACTION]) or Understood(
            Node("mutation"), ("a change that nobody described",)
        )
    return query(value, spoken(tool)) if _SQL_NAMES & set(_words(tool)) or _SQL_START.match(value) else None


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


def _url(value: object, verbs: tuple[Effect, ...], _: str, input: Input) -> Understood | None:
    if not isinstance(value, str):
        return None
    given = input.get("method")
    method = given.upper() if isinstance(given, str) else "POST" if Effect.LEAVES_MACHINE in verbs else "GET"
    return address(value, method, body=any(input.get(name) for name in ("body", "data", "json", "form", "payload")))


def _code(value: object, _: tuple[Effect, ...], tool: str, input: Input) -> Understood | None:
    return snippet(value, language(tool, input)) if isinstance(value, str) else None


def _source(value: object, verbs: tuple[Effect, ...], tool: str, input: Input) -> Understood | None:
    """A path, or code."""
    code = isinstance(value, str) and ("\n" in value or "(" in value or value.startswith(("!", "%")))
    return (_code if code else _path)(value, verbs, tool, input)


def _action(value: object, *_: object) -> Understood | None:
    """`{"action": "delete_user"}`: a verb like those in names of tools."""
    if not isinstance(value, str) or len(value) > LONGEST_ACTION:
        return None
    deeds = tuple(Deed(effect, f"{value}", (Object(Thing.RESOURCE, value),)) for effect in _verbs(value))
    return Understood(Node(value, deeds)) if deeds else None


def _power(value: object, verbs: tuple[Effect, ...], *_: object) -> Understood | None:
    """`{"role": "admin"}` of a tool that writes; who only looks may filter by it."""
    if not isinstance(value, str) or value.lower() not in _POWER or not set(verbs) - {Effect.READS}:
        return None
    return Understood(Node(value, (Deed(Effect.CHANGES_ACCESS, f"makes somebody {value}"),)))


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


def _arguments_of_program(value: object, verbs: tuple[Effect, ...], tool: str, input: Input) -> Understood | None:
    """`args` of a tool that is named like the program; of any other they may be anything."""
    named = any(word in _PROGRAMS for word in _words(tool))
    return _command(value, verbs, tool, input) if named and isinstance(value, str | list) else None


_ARGUMENTS: dict[str, Argument] = {
    **dict.fromkeys(listed("command cmd commandline command_line shell bash argv"), _command),
    **dict.fromkeys(listed("sql statement sql_query sqlquery"), _sql),
    "query": _query,
    **dict.fromkeys(listed("permission role access_level acl visibility privilege"), _power),
    **dict.fromkeys(listed("volume mount bind host_path"), _mounted),
    "privileged": _privileged,
    **dict.fromkeys(listed("$out $merge"), _staged),
    **dict.fromkeys(listed("$where $function $accumulator"), _scripted),
    "source": _source,
    **dict.fromkeys(listed("action operation op"), _action),
    **dict.fromkeys(listed("args arguments arg subcommand"), _arguments_of_program),
    **dict.fromkeys(listed("path filepath filename file destination directory folder dir root"), _path),
    **dict.fromkeys(listed("url uri endpoint link href webhook"), _url),
    **dict.fromkeys(listed("code script python javascript expression function"), _code),
}
