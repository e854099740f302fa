"""Runners of a project's own tasks: what `make x` does stands in the project; its name may say that it takes away."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import NOTHING, Call, Reader, Reading, Stream, Word, does, joined
from sidecar.core.understand.shell.flags import Flags, flags
from sidecar.core.understand.shell.said import said


def named_loss(call: Call, words: tuple[Word, ...]) -> Reading:
    """`db:drop`, `destroy`; options are the runner's own (`bazel clean --expunge`)."""
    operands = words[1:] if words and words[0].text in {"run", "run-script"} else words
    lost = Effect.DESTROYS_DATA in said(Flags((), operands))
    return does(Effect.DESTROYS_DATA, call, why="its name says that it takes away") if lost else NOTHING


def tasks(call: Call) -> Reading:
    read = flags(call.args)
    if read.has("n", "dry-run", "just-print", "help", "list"):
        return Reading(out=Stream(hosts=call.stdin.hosts))
    return joined(Reading(out=Stream(hosts=call.stdin.hosts)), named_loss(call, read.operands))


TASKS: dict[str, Reader] = dict.fromkeys(
    listed(
        "make gmake ninja gradle gradlew mvn mvnw sbt ant mix dotnet nx turbo lerna rebar3 celery pm2 scons bazel buck"
        " lein stack"
    ),
    tasks,
)
