"""A pod and its gate: what is added, that nothing else changes, and that asking twice changes nothing."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.control.admission.inject import injected
from sidecar.control.admission.patch import patch
from sidecar.control.admission.review import Refusal
from tests.k8s.release import env, named, pod, release

STATUS = "gatehouse.dev/status"
OWN = ("gatehouse-bootstrap", "gatehouse-data-plane", "gatehouse-envoy")


def names(listed: list[dict[str, Any]] | None) -> list[str]:
    return [one["name"] for one in listed or ()]


def test_native_sidecars_come_first_and_run_on() -> None:
    made = injected(pod(initContainers=[{"name": "clone", "image": "git"}]), release(), native=True).pod["spec"]
    assert names(made["initContainers"]) == [*OWN, "clone"]
    assert [one.get("restartPolicy") for one in made["initContainers"]] == [None, "Always", "Always", None]
    assert names(made["containers"]) == ["agent"]
    assert env(made["initContainers"][3])["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:15080"


def test_classic_containers_come_first_and_hold_the_agent_up() -> None:
    made = injected(pod(restartPolicy="Never"), release(), native=False)
    spec = made.pod["spec"]
    assert names(spec["initContainers"]) == ["gatehouse-bootstrap"]
    assert names(spec["containers"]) == ["gatehouse-data-plane", "gatehouse-envoy", "agent"]
    assert all("postStart" in one["lifecycle"] and "preStop" in one["lifecycle"] for one in spec["containers"][:2])
    assert not any("restartPolicy" in one for one in spec["containers"])
    assert made.pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"] == "agent"
    assert "no native sidecars" in made.notes[0]


def test_the_status_says_what_was_done_and_why_not() -> None:
    own = {"name": "agent", "env": [{"name": "ANTHROPIC_BASE_URL", "value": "https://own.example"}]}
    made = injected(pod(own, {"name": "x"}, annotations={"gatehouse.dev/excluded-containers": "x"}), release(), True)
    said = json.loads(made.pod["metadata"]["annotations"][STATUS])
    assert said["version"] == "1"
    assert said["notes"] == [
        "container agent keeps its own ANTHROPIC_BASE_URL: its calls do not go through the gate",
        "container x is excluded: it goes its own way",
    ]


def test_the_label_says_whose_it_is() -> None:
    made = injected(pod(), release(), True).pod
    assert made["metadata"]["labels"] == {"app": "coder", "gatehouse.dev/injected-by": "gatehouse.gatehouse"}
    other = pod()
    other["metadata"]["labels"]["gatehouse.dev/injected-by"] = "another"
    with pytest.raises(Refusal, match=r"is 'another', and this release sets it to gatehouse.gatehouse"):
        injected(other, release(), True)


def test_pull_secrets_are_added_once() -> None:
    made = injected(pod(imagePullSecrets=[{"name": "own"}]), release(), True).pod
    assert made["spec"]["imagePullSecrets"] == [{"name": "own"}, {"name": "registry"}]
    again = injected(pod(imagePullSecrets=[{"name": "registry"}]), release(), True).pod
    assert again["spec"]["imagePullSecrets"] == [{"name": "registry"}]


def test_a_volume_for_the_spool_is_made_writable() -> None:
    made = injected(pod(), release(spool_class="fast"), True)
    assert made.pod["spec"]["securityContext"]["fsGroup"] == 65532
    assert "belong to group 65532" in made.notes[-1]
    own = injected(pod(securityContext={"fsGroup": 7}), release(spool_class="fast"), True)
    assert (own.pod["spec"]["securityContext"], own.notes) == ({"fsGroup": 7}, ())
    assert "securityContext" not in injected(pod(), release(), True).pod["spec"]


def test_containers_that_came_later_are_led_as_well() -> None:
    made = injected(pod(), release(), True).pod
    made["spec"]["containers"].append({"name": "late", "image": "x"})
    again = injected(made, release(), True).pod
    assert env(named(again, "late"))["ANTHROPIC_BASE_URL"]
    assert [one["path"] for one in patch(made, again)] == ["/spec/containers/1/env"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"initContainers": [{"name": "gatehouse-envoy"}]}, "the name gatehouse-envoy (initContainers) is the gate's"),
        ({"volumes": [{"name": "gatehouse-secret-0", "emptyDir": {}}]}, "gatehouse-secret-0 (volumes)"),
        ({"initContainers": [{"name": "a", "ports": [{"containerPort": 15080}]}]}, "listens on port 15080"),
        ({"initContainers": [{"name": "a", "ports": [{"containerPort": 15095}]}]}, "choose another port"),
    ],
)
def test_names_and_places_of_ours_are_ours(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as raised:
        injected(pod(**spec), release(), True)
    assert said in str(raised.value)


def test_a_port_of_another_protocol_is_another_port() -> None:
    assert injected(pod({"name": "a", "ports": [{"containerPort": 15080, "protocol": "UDP"}]}), release(), True)


def test_a_container_that_came_later_stands_elsewhere() -> None:
    made = injected(pod(), release(), True).pod
    made["spec"]["containers"].append({"name": "late", "ports": [{"containerPort": 15080}]})
    with pytest.raises(Refusal, match="container late listens on port 15080"):
        injected(made, release(), True)


def test_a_cluster_without_native_sidecars_says_what_that_means() -> None:
    assert injected(pod(initContainers=[{"name": "a"}]), release(), False).notes == (
        "this cluster knows no native sidecars: init containers run before the gate, and reach no model",
    )


def test_resources_of_the_whole_pod_are_the_gates_too() -> None:
    assert "for all containers" in injected(pod(resources={"requests": {"cpu": "1"}}), release(), True).notes[0]


def test_the_pod_that_came_is_not_touched() -> None:
    before = pod(volumes=[{"name": "w", "emptyDir": {}}])
    kept = copy.deepcopy(before)
    injected(before, release(), True)
    assert before == kept


TEXTS = st.sampled_from(["a", "b-c", "x1"])
ENTRIES = st.builds(
    lambda name, value: {"name": name, "value": value},
    st.sampled_from(
        ["A", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "HTTPS_PROXY", "NO_PROXY", "CLAUDE_CODE_USE_VERTEX"]
    ),
    st.sampled_from(["", "1", "https://own.example"]),
)
CONTAINERS = st.fixed_dictionaries(
    {"image": st.just("i")},
    optional={
        "env": st.lists(ENTRIES, max_size=4, unique_by=lambda one: one["name"]),
        "envFrom": st.just([{"secretRef": {"name": "theirs"}}]),
        "restartPolicy": st.just("Always"),
        "ports": st.just([{"containerPort": 80}]),
    },
)
PODS = st.builds(
    lambda containers, init, more, labels: {
        "metadata": {"labels": labels},
        "spec": {
            "containers": [{"name": f"c{i}", **one} for i, one in enumerate(containers)],
            **({"initContainers": [{"name": f"i{i}", **one} for i, one in enumerate(init)]} if init else {}),
            **more,
        },
    },
    st.lists(CONTAINERS, min_size=1, max_size=4),
    st.lists(CONTAINERS, max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "volumes": st.just([{"name": "w", "secret": {"secretName": "theirs"}}]),
            "restartPolicy": st.sampled_from(["Never", "Always"]),
            "securityContext": st.sampled_from([{}, {"runAsUser": 0}, {"fsGroup": 3}]),
            "imagePullSecrets": st.just([{"name": "theirs"}]),
        },
    ),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
)
RELEASES = st.sampled_from([release(), release(spool_class="fast"), release(user=None, csi=(), identity=())])


def holds(after: Any, before: Any) -> bool:
    """Everything that was there is there, with its value and in its order."""
    if isinstance(before, dict):
        return all(key in after and holds(after[key], value) for key, value in before.items())
    if isinstance(before, list):
        rest = iter(after)
        return all(any(holds(one, part) for one in rest) for part in before)
    return bool(after == before)


@given(PODS, RELEASES, st.booleans())
@settings(max_examples=100)
def test_any_pod(before: dict[str, Any], injection: Any, native: bool) -> None:
    once = injected(before, injection, native)
    assert holds(once.pod, before)
    assert patch(once.pod, injected(once.pod, injection, native).pod) == []
    for kind in ("initContainers", "containers"):
        for container in once.pod["spec"].get(kind, ()):
            if not container["name"].startswith("gatehouse-"):
                assert not any(mount["name"].startswith("gatehouse-") for mount in container.get("volumeMounts", ()))
    assert set(OWN) <= {one["name"] for kind in ("initContainers", "containers") for one in once.pod["spec"][kind]}
