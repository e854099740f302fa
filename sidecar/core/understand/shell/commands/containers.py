"""Containers: what is removed, and what runs in one that is none."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Argv,
    Call,
    Reader,
    Reading,
    Word,
    deed,
    does,
    host,
    joined,
    resource,
)
from sidecar.core.understand.shell.commands.hosts import host_of
from sidecar.core.understand.shell.commands.touching import reading
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags

_E = Effect
_SECRET = Effect.READS_SECRET
_DOCKER_RUN = frozenset(
    listed(
        "v volume e env p publish name w workdir u user network net entrypoint mount l label h"
        " hostname m memory cpus cap-add cap-drop device env-file gpus ipc link log-driver log-opt"
        " pid platform pull restart security-opt shm-size stop-signal tmpfs ulimit userns add-host"
        " dns expose runtime a attach f file profile project-name project-directory index H context"
    )
)
DOCKER = [
    *rows(
        _E.DESTROYS_DATA,
        "system prune ? -a --all --volumes -f --force; volume rm; volume prune; volume remove"
        "; compose down ? -v --volumes --rmi; compose rm ? -v; swarm leave; stack rm; service rm"
        "; image prune ? -a --all; secret rm; config rm; rm ? -v --volumes; node rm; machine rm; machine reset;"
        " system reset; pod rm ? -a --all -f --force"
        "; builder prune ? -a --all",
    ),
    *rows(
        _E.DELETES,
        "rm; rmi; container rm; container prune; image rm; image prune; network rm; network prune"
        "; compose down; compose rm; builder prune; system prune; buildx prune; compose kill; kill"
        "; stop",
    ),
    *rows(
        _E.READS,
        "ps; images; inspect; logs; stats; top; version; info; history; diff; port; events; search"
        "; context; container ls; image ls; volume ls; network ls; compose ps; compose logs"
        "; compose config; compose images; compose top; compose ls; system df; manifest inspect"
        "; volume inspect; network inspect; image inspect; container inspect; buildx ls",
    ),
    *rows(_E.LEAVES_MACHINE, "push; image push; compose push; buildx build ? --push; build ? --push"),
    *rows(_E.CHANGES_ACCESS, "login; logout; secret create; swarm init; swarm join; trust *"),
    *rows(
        _E.WRITES,
        "build; pull; tag; start; restart; create; commit; save; load; cp; export; import; compose up"
        "; compose build; compose start; compose stop; compose restart; compose pull; buildx build"
        "; network create; volume create; wait; pause; unpause; rename; update; attach"
        "; compose create",
    ),
]
_docker = verbs(DOCKER, " ".join(_DOCKER_RUN) + " t tag filter format since until n tail c")


def docker(call: Call) -> Reading:
    words = flags(call.args, _DOCKER_RUN, stop=True).operands
    if words and words[0].text == "compose":
        more = _written(call)
        if more.deeds:
            return more
    if words and words[0].text in {"container", "compose"} and len(words) > 1:
        words = flags(words[1:], _DOCKER_RUN, stop=True).operands
    if words and words[0].text in {"run", "exec", "create"}:
        return _contained(call, words)
    if words and _wide(words):
        return does(_E.DESTROYS_DATA, call, why="however many there are")
    if words and words[0].text == "inspect" and ".Config.Env" in call.shown:
        return does(_SECRET, call, why="shows every variable")
    away = [word for word in words[1:] if "://" in word.text]
    if words and words[0].text == "build" and away:
        return joined(_docker(call), does(_E.RUNS_CODE, call, *(host(host_of(word.text)) for word in away)))
    if words and words[0].text == "cp":
        named = [Word(word.text.partition(":")[2]) for word in words[1:] if ":" in word.text]
        return joined(
            _docker(call), Reading(tuple(one for one in reading(named, "docker cp") if one.effect is _SECRET))
        )
    return _docker(call)


_MORE = re.compile(
    r"privileged:\s*true|docker\.sock|[\"'\s]/(etc|root|proc|sys|dev|boot)?:/|pid:\s*[\"']?host|SYS_ADMIN"
)


def _written(call: Call) -> Reading:
    """A file for compose that this same text wrote."""
    names = [word.text for word in flags(call.args, _DOCKER_RUN).values("f", "file")] or list(_COMPOSE)
    texts = [call.files[name].text or "" for name in map(paths.folded, names) if name in call.files]
    return does(_E.ESCALATES, call, why="more than a service needs") if any(map(_MORE.search, texts)) else NOTHING


_COMPOSE = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")


def docker_compose(call: Call) -> Reading:
    return docker(Call("docker", (Word("compose"), *call.args), call.stdin, call.files))


def _source(mount: str) -> str:
    """`type=bind,source=/etc,target=/mnt` as `/etc:`."""
    given = dict(part.partition("=")[::2] for part in mount.split(","))
    named = given.get("source") or given.get("src")
    return f"{named}:" if named else mount


def _wide(words: tuple[Word, ...]) -> bool:
    """`docker rm -f $(docker ps -aq)`: whatever there is, running or not."""
    read = flags(words[1:])
    return words[0].text == "rm" and read.has("f", "force") and any(HOLE in word.text for word in read.operands)


def _contained(call: Call, words: tuple[Word, ...]) -> Reading:
    """A command in a container. With the machine's own disk, devices or rights it is no container."""
    read = flags(words[1:], _DOCKER_RUN, stop=True)
    mounts = [_source(word.text) for word in read.values("v", "volume", "mount", "device")]
    near = [
        m
        for m in mounts
        if m.startswith(
            (
                "/:",
                "/etc",
                "/root",
                "/var/run/docker.sock",
                "/proc",
                "/dev",
                "/sys",
                "/usr",
                "/boot",
                "/run/docker.sock",
                "/var/lib/docker",
            )
        )
    ]
    near += [m for m in mounts if m.partition(":")[0] in {"~", "~/", "/home", "/Users"}]
    host_like = [
        w.text for w in read.values("pid", "network", "net", "ipc", "userns", "cap-add", "security-opt", "cgroupns")
    ]
    deeds = [deed(_E.RUNS_CODE, call.shown, resource(read.operands[0].shown if read.operands else "?"))]
    rights = {
        "SYS_ADMIN",
        "ALL",
        "SYS_PTRACE",
        "SYS_MODULE",
        "CAP_SYS_ADMIN",
        "seccomp=unconfined",
        "apparmor=unconfined",
    }
    if (
        read.has("privileged")
        or near
        or "host" in [w.text for w in read.values("pid", "userns")]
        or rights & set(host_like)
    ):
        deeds.append(deed(_E.ESCALATES, call.shown))
    deeds += [deed(_SECRET, f"mounts {m}: {call.shown}") for m in mounts if paths.is_secret(m.partition(":")[0])]
    rest = read.operands[1:]
    entry = read.values("entrypoint")
    if entry:
        rest = (*entry, *rest)
    return Reading(tuple(deeds), (Argv(rest, call.stdin),) if rest else ())


CONTAINERS: dict[str, Reader] = {
    **dict.fromkeys(("docker", "podman", "nerdctl"), docker),
    **dict.fromkeys(("docker-compose", "podman-compose"), docker_compose),
}
