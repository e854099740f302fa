"""Containers: what is removed, and what runs in one that is none."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Argv, Call, Reader, Reading, Word, deed, resource
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags

_E = Effect
_DOCKER_RUN = frozenset(
    listed(
        "v volume e env p publish name w workdir u user network net entrypoint mount l label h"
        " hostname m memory cpus cap-add cap-drop device env-file gpus ipc link log-driver log-opt"
        " pid platform pull restart security-opt shm-size stop-signal tmpfs ulimit userns add-host"
        " dns expose runtime a attach f file profile project-name project-directory index T H context"
    )
)
DOCKER = [
    *rows(
        _E.DESTROYS_DATA,
        "system prune ? -a --all --volumes -f --force; volume rm; volume prune; volume remove"
        "; compose down ? -v --volumes --rmi; compose rm ? -v; swarm leave; stack rm; service rm"
        "; image prune ? -a --all; secret rm; config rm; rm ? -v --volumes; node rm"
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
    if words and words[0].text in {"container", "compose"} and len(words) > 1:
        words = flags(words[1:], _DOCKER_RUN, stop=True).operands
    if words and words[0].text in {"run", "exec", "create"}:
        return _contained(call, words)
    return _docker(call)


def docker_compose(call: Call) -> Reading:
    return docker(Call("docker", (Word("compose"), *call.args), call.stdin, call.files))


def _contained(call: Call, words: tuple[Word, ...]) -> Reading:
    """A command in a container. With the machine's own disk, devices or rights it is no container."""
    read = flags(words[1:], _DOCKER_RUN, stop=True)
    mounts = [word.text for word in read.values("v", "volume", "mount", "device")]
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
                "type=bind,source=/,",
                "type=bind,src=/,",
            )
        )
    ]
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
    rest = read.operands[1:]
    entry = read.values("entrypoint")
    if entry:
        rest = (*entry, *rest)
    return Reading(tuple(deeds), (Argv(rest, call.stdin),) if rest else ())


CONTAINERS: dict[str, Reader] = {
    **dict.fromkeys(("docker", "podman", "nerdctl"), docker),
    **dict.fromkeys(("docker-compose", "podman-compose"), docker_compose),
}
