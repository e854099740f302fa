"""Runners of a project's own tasks: what `make x` does stands in the project; its name may say that it takes away."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import NOTHING, Call, Reader, Reading, Script, Stream, Word, does, joined
from sidecar.core.understand.shell.flags import Flags, flags
from sidecar.core.understand.shell.said import said


def named_loss(call: Call, words: tuple[Word, ...]) -> Reading:
    """`db:drop`, `destroy`; options are the runner's own (`bazel clean --expunge`)."""
    operands = words[1:] if words and words[0].text in {"run", "run-script"} else words
    lost = Effect.DESTROYS_DATA in said(Flags((), operands))
    return does(Effect.DESTROYS_DATA, call, why="its name says that it takes away") if lost else NOTHING


_RULES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("make", "gmake"), ("Makefile", "makefile", "GNUmakefile")),
    "just": ("justfile", "Justfile", ".justfile"),
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun"), ("package.json",)),
}


def written(call: Call) -> Reading:
    """The rules that this same text wrote before: every line of theirs that a shell runs."""
    named = [Word(value.text) for value in flags(call.args, frozenset({"f", "file", "C"})).values("f", "file")]
    names = [word.text for word in named] or _RULES.get(call.name, ())
    streams = [call.files[name] for name in map(paths.folded, names) if name in call.files]
    lines = [line for stream in streams for line in _lines(stream.text or "", call.name)]
    return Reading(runs=tuple(Script(Word(line), call.name) for line in lines))


def _lines(text: str, name: str) -> list[str]:
    if _RULES.get(name) == ("package.json",):
        return [found.replace('\\"', '"') for found in re.findall(r'"(?:[^"\\]|\\.)+"\s*:\s*"((?:[^"\\]|\\.)*)"', text)]
    own = [line.strip().lstrip("@-+") for line in text.split("\n") if line[:1] in {" ", "\t"}]
    return [line for line in own if line]


def tasks(call: Call) -> Reading:
    read = flags(call.args)
    if read.has("n", "dry-run", "just-print", "help", "list"):
        return Reading(out=Stream(hosts=call.stdin.hosts))
    return joined(written(call), Reading(out=Stream(hosts=call.stdin.hosts)), named_loss(call, read.operands))


TASKS: dict[str, Reader] = dict.fromkeys(
    listed(
        "make gmake ninja gradle gradlew mvn mvnw sbt ant mix dotnet nx turbo lerna rebar3 celery pm2 scons bazel buck"
        " lein stack just"
    ),
    tasks,
)
