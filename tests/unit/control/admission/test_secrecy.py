"""Every way to the gate's secrets from another container is closed, and what only looks like one is left open."""

from typing import Any

import pytest

from sidecar.control.admission.inject import injected
from sidecar.control.admission.review import Refusal
from tests.k8s.release import pod, release

KEY = {"name": "gatehouse-upstream", "key": "anthropic-api-key"}


def agent(**more: Any) -> dict[str, Any]:
    return {"name": "agent", **more}


@pytest.mark.parametrize(
    ("note", "made"),
    [
        ("as a variable", pod(agent(env=[{"name": "K", "valueFrom": {"secretKeyRef": KEY}}]))),
        ("as all variables", pod(agent(envFrom=[{"secretRef": {"name": "gatehouse-keys"}}]))),
        ("as a volume", pod(volumes=[{"name": "v", "secret": {"secretName": "gatehouse-upstream"}}])),
        ("projected", pod(volumes=[{"name": "v", "projected": {"sources": [{"secret": {"name": "gatehouse-keys"}}]}}])),
        ("by CSI", pod(volumes=[{"name": "v", "csi": {"volumeAttributes": {"secretProviderClass": "vault-models"}}}])),
        ("our volume, mounted", pod(agent(volumeMounts=[{"name": "gatehouse-secret-0", "mountPath": "/x"}]))),
        ("our volume, in an init container", pod(initContainers=[agent(volumeMounts=[{"name": "gatehouse-csi-0"}])])),
        ("our device", pod(agent(volumeDevices=[{"name": "gatehouse-secret-0", "devicePath": "/x"}]))),
        (
            "the spool of a pod",
            pod(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "x-gatehouse-state"}}]),
        ),
        ("the node", pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}])),
        ("the kubelet's folder", pod(volumes=[{"name": "v", "hostPath": {"path": "/var/lib/kubelet"}}])),
        ("a pod's folder", pod(volumes=[{"name": "v", "hostPath": {"path": "//var/lib/kubelet/pods/u/volumes/"}}])),
        ("all processes", pod(volumes=[{"name": "v", "hostPath": {"path": "/proc/"}}])),
        ("the engine's folder", pod(volumes=[{"name": "v", "hostPath": {"path": "/run/containerd/x.sock"}}])),
        ("in an excluded one", pod({"name": "istio-proxy", "envFrom": [{"secretRef": {"name": "gatehouse-keys"}}]})),
    ],
)
def test_a_way_to_a_secret_is_refused(note: str, made: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="which is for the gate alone"):
        injected(made, release(), True)


@pytest.mark.parametrize("way", ["shareProcessNamespace", "hostPID"])
def test_processes_that_see_each_other_are_refused(way: str) -> None:
    with pytest.raises(Refusal, match=f"{way} lets the agent read"):
        injected(pod(**{way: True}), release(), True)
    injected(pod(**{way: False}), release(), True)


@pytest.mark.parametrize("path", ["/var/log", "/var/lib/kubelet/plugins", "/processes", "/dev/shm"])
def test_other_folders_of_the_node_show_no_pods(path: str) -> None:
    assert injected(pod(volumes=[{"name": "v", "hostPath": {"path": path}}]), release(), True).notes == ()


def test_who_has_all_rights_on_the_node_is_named() -> None:
    engine = {"name": "engine", "hostPath": {"path": "/var/run/docker.sock"}}
    made = injected(pod(agent(securityContext={"privileged": True}), volumes=[engine]), release(), True)
    assert [note.split(" is ")[0] for note in made.notes] == ["volume engine", "container agent"]


def test_secrets_of_the_owner_are_his() -> None:
    mine = {"name": "mine", "key": "k"}
    made = pod(
        agent(env=[{"name": "K", "valueFrom": {"secretKeyRef": mine}}], envFrom=[{"secretRef": {"name": "mine"}}]),
        volumes=[{"name": "v", "secret": {"secretName": "mine"}}, {"name": "p", "projected": {"sources": []}}],
    )
    assert injected(made, release(), True).pod["spec"]["volumes"][:2] == made["spec"]["volumes"]


def test_only_the_data_plane_sees_a_secret() -> None:
    made = injected(pod(), release(), True).pod["spec"]
    secret = {one["name"] for one in made["volumes"] if "secret" in one or "csi" in one}
    assert len(secret) == 3
    for one in (*made["initContainers"], *made["containers"]):
        seen = secret & {mount["name"] for mount in one.get("volumeMounts", ())}
        assert seen == (secret if one["name"] == "gatehouse-data-plane" else set())
