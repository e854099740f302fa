"""From a review of a pod to its answer."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from sidecar.control.admission.pods import Pods, shaped
from sidecar.control.admission.review import Refusal, Review
from tests.k8s.api_server import applied
from tests.k8s.release import named, pod, release


class Around:
    def __init__(self, **labels: str) -> None:
        self.marks, self.ensured, self.told = labels, list[str](), list[str]()
        self.before: Mapping[str, str] | None = None
        self.pods = Pods(release(), True, self.labels, self.ensure, lambda _review, said: self.told.append(said))

    async def labels(self, _namespace: str, anew: bool) -> Mapping[str, str] | None:
        if not anew and self.before is not None:
            return self.before
        return {f"gatehouse.dev/{name}": value for name, value in self.marks.items()}

    async def ensure(self, namespace: str) -> None:
        self.ensured.append(namespace)


def review(made: dict[str, Any], namespace: str = "agents", **changed: Any) -> Review:
    given = {"kind": "v1.Pod", "operation": "CREATE", "name": "coder-", "dry_run": False, **changed}
    return Review(uid="u1", namespace=namespace, object=made, **given)


async def test_a_pod_gets_its_gate_and_its_namespace_what_it_mounts() -> None:
    around, before = Around(inject="true"), pod()
    answer = await around.pods.answered(review(before))
    assert answer.allowed
    assert named(applied(before, list(answer.patch)), "gatehouse-envoy")
    assert (around.ensured, around.told) == (["agents"], [])


async def test_a_dry_run_writes_nothing() -> None:
    around = Around(inject="true")
    assert (await around.pods.answered(review(pod(), dry_run=True))).patch
    answer = await around.pods.answered(review(pod(hostNetwork=True), dry_run=True))
    assert (around.ensured, around.told) == ([], [])
    assert answer.warnings


async def test_who_did_not_ask_gets_nothing() -> None:
    around = Around()
    answer = await around.pods.answered(review(pod()))
    assert (answer.allowed, answer.patch, answer.warnings, around.told) == (True, (), (), [])


async def test_a_namespace_that_was_labelled_a_moment_ago_counts() -> None:
    around = Around(inject="true")
    around.before = {}
    assert (await around.pods.answered(review(pod()))).patch


async def test_who_asked_in_vain_is_told_twice() -> None:
    around = Around(inject="true")
    answer = await around.pods.answered(review(pod(hostNetwork=True)))
    assert (answer.allowed, answer.patch) == (True, ())
    assert around.told == list(answer.warnings)
    assert "hostNetwork" in around.told[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (review(pod(), kind="apps.v1.Deployment"), "was asked about CREATE apps.v1.Deployment"),
        (review(pod(), operation="UPDATE"), "UPDATE"),
        (review(pod(annotations={"gatehouse.dev/status": "{}"}, hostNetwork=True)), "claims to have its gate, but"),
    ],
)
async def test_what_is_not_for_us_is_refused(asked: Review, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        await Around(inject="true").pods.answered(asked)


def worn(made: dict[str, Any], operation: str = "CREATE", old: dict[str, Any] | None = None) -> Review:
    return review(made, operation=operation, old=old or {})


async def with_gate() -> dict[str, Any]:
    before = pod()
    answer = await Around(inject="true").pods.answered(review(before))
    made: dict[str, Any] = applied(before, list(answer.patch))
    return made


async def test_the_label_of_injected_pods_is_worn_by_those_that_have_their_gate() -> None:
    made = await with_gate()
    assert Around().pods.worn(worn(made)).allowed
    assert Around().pods.worn(worn(made, "UPDATE", made)).allowed


def replaced(made: dict[str, Any], name: str, **changed: Any) -> dict[str, Any]:
    found = copy.deepcopy(made)
    named(found, name).update(changed)
    return found


async def test_the_images_of_a_gate_that_runs_stay() -> None:
    made = await with_gate()
    assert Around().pods.worn(worn(replaced(made, "agent", image="agent:2"), "UPDATE", made)).allowed
    for name in ("gatehouse-data-plane", "gatehouse-envoy", "gatehouse-bootstrap"):
        with pytest.raises(Refusal, match=f"the image of {name} is the gate's"):
            Around().pods.worn(worn(replaced(made, name, image="other"), "UPDATE", made))


@pytest.mark.parametrize(
    ("note", "debugger", "said"),
    [
        ("beside the agent", {"targetContainerName": "agent"}, ""),
        ("beside nobody", {}, ""),
        ("beside the data plane", {"targetContainerName": "gatehouse-data-plane"}, "name another --target"),
        ("beside Envoy", {"targetContainerName": "gatehouse-envoy"}, "name another --target"),
        ("with the key", {"volumeMounts": [{"name": "gatehouse-secret-0", "mountPath": "/x"}]}, "for the gate alone"),
        ("with a key as a variable", {"envFrom": [{"secretRef": {"name": "gatehouse-keys"}}]}, "for the gate alone"),
    ],
)
async def test_a_debugger_sees_no_files_of_the_gate(note: str, debugger: dict[str, Any], said: str) -> None:
    made = await with_gate()
    after = {**made, "spec": {**made["spec"], "ephemeralContainers": [{"name": "debugger", **debugger}]}}
    if not said:
        assert Around().pods.worn(worn(after, "UPDATE", made)).allowed, note
        return
    with pytest.raises(Refusal, match=said):
        Around().pods.worn(worn(after, "UPDATE", made))
    assert Around().pods.worn(worn(after, "UPDATE", after)).allowed, "it was there before"


async def test_a_pod_without_its_gate_does_not_wear_their_label() -> None:
    made, bare = await with_gate(), pod()
    bare["metadata"]["labels"] = made["metadata"]["labels"]
    forged = {**bare, "metadata": made["metadata"]}
    for asked in (worn(bare), worn(forged), worn(made, "UPDATE", pod()), worn(bare, "DELETE"), worn({"spec": {}})):
        with pytest.raises(Refusal, match=r"gate|was asked about"):
            Around().pods.worn(asked)
    with pytest.raises(Refusal, match=r"take the label gatehouse\.dev/injected-by out"):
        await Around(inject="false").pods.answered(review(bare))


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"spec": {}},
        {"spec": {"containers": []}},
        {"spec": {"containers": "many"}},
        {"spec": {"containers": [{}]}},
        {"spec": {"containers": ["a"]}},
        {"spec": {"containers": [{"name": "a", "env": {"A": "1"}}]}},
        {"spec": {"containers": [{"name": "a", "env": ["A"]}]}},
        {"spec": {"containers": [{"name": "a"}], "initContainers": {"name": "b"}}},
        {"spec": {"containers": [{"name": "a"}], "volumes": [{"emptyDir": {}}]}},
        {"spec": {"containers": [{"name": "a"}]}, "metadata": []},
        {"spec": {"containers": [{"name": "a"}]}, "metadata": {"labels": ["x"]}},
        {"spec": {"containers": [{"name": "a"}]}, "metadata": {"annotations": {"x": 1}}},
    ],
)
def test_what_is_no_pod_is_said(made: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="this is no pod"):
        shaped(made)
