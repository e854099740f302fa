"""A pod that says that it has its gate: believed only where it has."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sidecar.control.admission.inject import injected
from sidecar.control.admission.review import Refusal
from tests.k8s.release import named, pod, release

Pod = dict[str, Any]
DATA_PLANE, ENVOY = "gatehouse-data-plane", "gatehouse-envoy"
POSTED = {"postStart": {"exec": {"command": ["cat", "/etc/gatehouse/secrets"]}}}


@pytest.fixture
def made() -> Pod:
    return copy.deepcopy(injected(pod(), release(), native=True).pod)


def drop(kind: str, name: str) -> Callable[[Pod], None]:
    def change(made: Pod) -> None:
        made["spec"][kind] = [one for one in made["spec"][kind] if one["name"] != name]

    return change


def setting(container: str, **changed: Any) -> Callable[[Pod], None]:
    return lambda made: named(made, container).update(changed)


def extending(container: str, part: str, entry: Any) -> Callable[[Pod], None]:
    return lambda made: named(made, container).setdefault(part, []).append(entry)


LIES: list[tuple[str, Callable[[Pod], None]]] = [
    ("another amount", lambda made: _volume(made, "state")["emptyDir"].update(sizeLimit="2Gi")),
    ("no data plane", drop("initContainers", DATA_PLANE)),
    ("no Envoy", drop("initContainers", ENVOY)),
    ("no volume", drop("volumes", "gatehouse-run")),
    ("another image", setting(DATA_PLANE, image="evil@sha256:" + "cd" * 32)),
    ("another program", setting(ENVOY, command=["sleep", "infinity"])),
    ("it does not run on", setting(ENVOY, restartPolicy=None)),
    ("a hook of its own", setting(DATA_PLANE, lifecycle=POSTED)),
    ("a probe of its own", setting(ENVOY, readinessProbe={"exec": {"command": ["x"]}})),
    ("variables from somewhere", extending(DATA_PLANE, "envFrom", {"configMapRef": {"name": "x"}})),
    ("a variable that changes programs", extending(DATA_PLANE, "env", {"name": "PYTHONPATH", "value": "/x"})),
    (
        "other rules on top",
        extending(DATA_PLANE, "volumeMounts", {"name": "w", "mountPath": "/etc/gatehouse/policies/x"}),
    ),
    ("one variable twice", extending(DATA_PLANE, "env", {"name": "SSL_CERT_FILE", "value": "/x"})),
    ("another token", extending(ENVOY, "volumeMounts", {"name": "w", "mountPath": "/var/run/secrets/gatehouse/x"})),
    (
        "one place twice",
        extending(DATA_PLANE, "volumeMounts", {"name": "w", "mountPath": "/etc/gatehouse/config"}),
    ),
    ("more rights", lambda made: named(made, ENVOY)["securityContext"]["capabilities"].update(add=["NET_ADMIN"])),
    ("privileges", lambda made: named(made, ENVOY)["securityContext"].update(privileged=True)),
    ("one more of that name", lambda made: made["spec"]["containers"].append({"name": "gatehouse-other"})),
    ("another settings map", lambda made: _volume(made, "config")["configMap"].update(name="mine")),
]


def _volume(made: Pod, name: str) -> dict[str, Any]:
    return next(one for one in made["spec"]["volumes"] if one["name"] == f"gatehouse-{name}")


@pytest.mark.parametrize(("note", "lie"), LIES, ids=[note for note, _ in LIES])
def test_a_lie_is_refused_with_the_remedy(note: str, lie: Callable[[Pod], None], made: Pod) -> None:
    lie(made)
    with pytest.raises(Refusal, match=r"claims to have its gate.*take the annotation gatehouse.dev/status"):
        injected(made, release(), True)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (setting(DATA_PLANE, image="evil:1"), "its image is evil:1"),
        (setting(ENVOY, command=["sleep"]), "command differs"),
        (extending(ENVOY, "env", {"name": "LD_PRELOAD", "value": "/x.so"}), "the variable LD_PRELOAD is set"),
        (extending(ENVOY, "volumeMounts", {"name": "w", "mountPath": "/opt/x"}), "something is mounted at /opt/x"),
        (drop("volumes", "gatehouse-run"), "it is missing"),
    ],
)
def test_it_is_said_what_is_not_ours(lie: Callable[[Pod], None], said: str, made: Pod) -> None:
    lie(made)
    with pytest.raises(Refusal, match=f"{said}.*webhook beside ours"):
        injected(made, release(), True)


def test_a_claim_without_anything_is_refused() -> None:
    with pytest.raises(Refusal, match="gatehouse-bootstrap"):
        injected(pod(annotations={"gatehouse.dev/status": "{}"}), release(), True)


def test_a_pod_of_another_release_is_refused(made: Pod) -> None:
    with pytest.raises(Refusal, match="as this release makes it"):
        injected(made, release(image="other:1"), True)


TOKEN_OF_CLOUD = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
OTHERS: list[tuple[str, Callable[[Pod], None]]] = [
    ("defaults", setting(DATA_PLANE, terminationMessagePath="/dev/termination-log")),
    ("a mirror", setting(DATA_PLANE, image="mirror.example/g@sha256:" + "ab" * 32)),
    ("amounts", setting(ENVOY, resources={"limits": {"cpu": "2"}})),
    ("a mesh's probe", setting(DATA_PLANE, startupProbe={"httpGet": {"path": "/app-health", "port": 15020}})),
    ("a cloud's token", extending(DATA_PLANE, "volumeMounts", {"name": "aws", "mountPath": TOKEN_OF_CLOUD})),
    ("Vault's folder", extending(DATA_PLANE, "volumeMounts", {"name": "vault-secrets", "mountPath": "/vault/secrets"})),
    ("a cloud's word", extending(DATA_PLANE, "env", {"name": "AWS_REGION", "value": "x"})),
    ("a default of a volume", lambda made: _volume(made, "config")["configMap"].update(defaultMode=420)),
    ("an amount in another form", lambda made: _volume(made, "state")["emptyDir"].update(sizeLimit="1024Mi")),
    ("an order", lambda made: made["spec"]["initContainers"].insert(0, {"name": "istio-init"})),
]


@pytest.mark.parametrize(("note", "change"), OTHERS, ids=[note for note, _ in OTHERS])
def test_what_others_do_is_their_business(note: str, change: Callable[[Pod], None], made: Pod) -> None:
    change(made)
    assert injected(made, release(), True).pod["spec"] == made["spec"]
