"""The gate's own containers in a pod: what makes Envoy's bootstrap, then the data plane, then Envoy.

Strategy: native sidecars are init containers that go on running. They come first, each waited for by its startup
probe, so that every later container, init containers as well, finds the gate open; and they end last, so that a Job
completes. Where the cluster knows none they are ordinary containers, first in order, each holding up the next one with
a hook until it answers.

Rules:
- The restricted profile, whatever the pod's own says. Secrets are mounted in the data plane and nowhere else.
- Envoy's bootstrap names files beside the settings (`config/../identity`): it sees the settings for the path's sake.
- Envoy listens on loopback, where no kubelet reaches it: its probe is a program in its own container.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.control.admission.volumes import ETC, RUN, STATE, Place, Use, mounts, places
from sidecar.control.admission.wishes import Wishes
from sidecar.settings.webhook import Injection, Resources

Object = dict[str, Any]
BOOTSTRAP, DATA_PLANE, ENVOY = "gatehouse-bootstrap", "gatehouse-data-plane", "gatehouse-envoy"
NAMES = frozenset((BOOTSTRAP, DATA_PLANE, ENVOY))
GATE, METRICS = 15080, 15095
PORTS = frozenset((GATE, METRICS))
SETTINGS = f"{ETC}/config/gatehouse.yaml"
# What the system trusts, the release's own authority for the way to the control plane, and those of the values.
PUBLIC = "/etc/ssl/certs/ca-certificates.crt"
# A restart of the whole pod's containers must not find the secret of the life before.
PREPARE = f"""umask 077
rm -f {STATE}/state/route.secret
cat {PUBLIC} {ETC}/authorit*/ca.crt > {RUN}/authorities.pem
exec gatehouse envoy config --config {SETTINGS} > {RUN}/envoy.yaml
"""
ASK = (
    f"exec 3<>/dev/tcp/127.0.0.1/{GATE}; "
    f'printf "GET /api/hello HTTP/1.1\\r\\nhost: 127.0.0.1\\r\\nconnection: close\\r\\n\\r\\n" >&3; '
    'read -r _ status _ <&3; test "$status" = 200'
)
ANSWERS: Object = {"exec": {"command": ["bash", "-c", ASK]}}
AWAIT_ENVOY = f"for _ in $(seq 120); do (bash -c '{ASK}') 2>/dev/null && exit 0; sleep 0.5; done; exit 1"
AWAIT_DATA_PLANE = f"for _ in $(seq 240); do test -S {RUN}/ext_proc.sock && exit 0; sleep 0.5; done; exit 1"
DRAIN = ["gatehouse", "envoy", "drain", "--config", SETTINGS]
PREPARING: Resources = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pod gets, in order."""

    init: tuple[Object, ...]
    containers: tuple[Object, ...]
    volumes: tuple[Object, ...]

    @property
    def all(self) -> tuple[Object, ...]:
        return (*self.init, *self.containers)


def planned(injection: Injection, wishes: Wishes, native: bool) -> Plan:
    found = places(injection, wishes.policy)
    bootstrap = _bootstrap(injection, wishes, found)
    running = (_data_plane(injection, wishes, found), _envoy(injection, wishes, found))
    volumes = tuple(place.volume for place in found)
    if native:
        return Plan((bootstrap, *({**one, "restartPolicy": "Always"} for one in running)), (), volumes)
    return Plan((bootstrap,), tuple(map(_classic, running, (AWAIT_DATA_PLANE, AWAIT_ENVOY))), volumes)


def _classic(container: Object, wait: str) -> Object:
    """An ordinary container is killed beside the agent's: calls that are open are waited for, by both."""
    hooks = {
        "postStart": {"exec": {"command": ["bash", "-c", wait]}},
        "preStop": {"exec": {"command": DRAIN}},
    }
    return {**container, "lifecycle": hooks}


def _bootstrap(injection: Injection, wishes: Wishes, found: tuple[Place, ...]) -> Object:
    uses = (Use.RUN, Use.STATE, Use.TEMPORARY, Use.SETTINGS, Use.RULES, Use.IDENTITY, Use.AUTHORITY)
    return {
        # It ends before they begin, so it costs no more than what they get; and a pod whose owner gave them limits of
        # everything is one of the class "guaranteed", or fits the quota that asks for limits.
        **_container(BOOTSTRAP, injection, wishes.resources.get("data_plane") or PREPARING),
        "command": ["sh", "-ec"],
        "args": [PREPARE],
        "volumeMounts": mounts(found, *uses),
    }


def _data_plane(injection: Injection, wishes: Wishes, found: tuple[Place, ...]) -> Object:
    uses = (
        Use.RUN,
        Use.STATE,
        Use.TEMPORARY,
        Use.SETTINGS,
        Use.RULES,
        Use.IDENTITY,
        Use.AUTHORITY,
        Use.SECRET,
        Use.TOKEN,
    )
    level = [{"name": "GATEHOUSE_LOG_LEVEL", "value": wishes.log_level}] if wishes.log_level else []
    ready, alive = _page("/readyz"), _page("/healthz")
    return {
        **_container(DATA_PLANE, injection, wishes.resources.get("data_plane", {})),
        "command": ["gatehouse", "serve", "data-plane", "--config", SETTINGS],
        "ports": [{"name": injection.metrics_port, "containerPort": METRICS, "protocol": "TCP"}],
        "env": [{"name": "SSL_CERT_FILE", "value": f"{RUN}/authorities.pem"}, *level],
        "startupProbe": {**ready, "periodSeconds": 1, "failureThreshold": 120},
        "readinessProbe": {**ready, "periodSeconds": 5, "timeoutSeconds": 2},
        "livenessProbe": {**alive, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
        "volumeMounts": mounts(found, *uses),
    }


def _envoy(injection: Injection, wishes: Wishes, found: tuple[Place, ...]) -> Object:
    program = ["envoy", "--config-path", f"{RUN}/envoy.yaml", "--disable-hot-restart", "--concurrency", "1"]
    return {
        **_container(ENVOY, injection, wishes.resources.get("envoy", {})),
        "command": [*program, "--drain-time-s", "10", "--drain-strategy", "immediate", "--log-level", "warning"],
        "startupProbe": {**ANSWERS, "periodSeconds": 1, "timeoutSeconds": 2, "failureThreshold": 60},
        "livenessProbe": {**ANSWERS, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
        "volumeMounts": mounts(found, Use.RUN, Use.TEMPORARY, Use.SETTINGS, Use.IDENTITY, Use.TOKEN),
    }


def _page(path: str) -> Object:
    return {"httpGet": {"path": path, "port": METRICS}}


def _container(name: str, injection: Injection, resources: Resources) -> Object:
    return {
        "name": name,
        "image": injection.image,
        "imagePullPolicy": injection.pull_policy,
        "securityContext": _restricted(injection.user),
        "resources": _plain(resources),
    }


def _plain(resources: Resources) -> Mapping[str, Mapping[str, str]]:
    return {kind: dict(named) for kind, named in resources.items() if named}


def _restricted(user: int | None) -> Object:
    somebody: Object = {} if user is None else {"runAsUser": user, "runAsGroup": user}
    return {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        **somebody,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
