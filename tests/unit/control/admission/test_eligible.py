"""Which pods get a gate."""

from typing import Any

import pytest

from sidecar.control.admission.eligible import LABEL, eligible
from sidecar.control.admission.review import Refusal
from tests.k8s.release import pod, release


def labelled(value: str | None, **spec: Any) -> dict[str, Any]:
    made = pod(**spec)
    if value is not None:
        made["metadata"]["labels"][LABEL] = value
    return made


@pytest.mark.parametrize(
    ("note", "own", "around", "default", "inject"),
    [
        ("nothing said", None, None, False, False),
        ("the release's default", None, None, True, True),
        ("the namespace over the release", None, "true", False, True),
        ("the namespace over the release, the other way", None, "false", True, False),
        ("the pod over the namespace", "true", "false", False, True),
        ("the pod over the namespace, the other way", "false", "true", True, False),
    ],
)
def test_labels(note: str, own: str | None, around: str | None, default: bool, inject: bool) -> None:
    labels = {} if around is None else {LABEL: around}
    assert eligible(labelled(own), "agents", labels, release(default=default)).inject is inject, note


def test_a_namespace_that_is_not_known_is_one_that_was_asked_for() -> None:
    assert eligible(labelled(None), "agents", None, release()).inject
    assert not eligible(labelled("false"), "agents", None, release()).inject


@pytest.mark.parametrize(("own", "around"), [("yes", "true"), ("", "true"), (None, "True")])
def test_a_label_that_says_neither_is_refused(own: str | None, around: str) -> None:
    with pytest.raises(Refusal, match='write "true" or "false"'):
        eligible(labelled(own), "agents", {LABEL: around}, release())


def bound(*systems: str) -> dict[str, Any]:
    one = [{"matchExpressions": [{"key": "kubernetes.io/os", "operator": "In", "values": [name]}]} for name in systems]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": one}}}


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"hostNetwork": True}, "hostNetwork"),
        ({"os": {"name": "windows"}}, "Windows"),
        ({"nodeSelector": {"kubernetes.io/os": "windows"}}, "Windows"),
        ({"nodeSelector": {"beta.kubernetes.io/os": "windows"}}, "Windows"),
        ({"affinity": bound("windows")}, "Windows"),
        ({"affinity": bound("windows", "windows")}, "Windows"),
    ],
)
def test_what_cannot_work_is_left_alone_loudly(spec: dict[str, Any], why: str) -> None:
    found = eligible(labelled("true", **spec), "agents", {}, release())
    assert (found.inject, found.asked) == (False, True)
    assert why in found.why
    assert not eligible(labelled("false", **spec), "agents", {}, release()).asked


def test_a_static_pod_is_left_alone() -> None:
    made = labelled("true")
    made["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    assert "static pod" in eligible(made, "agents", {}, release()).why


@pytest.mark.parametrize("namespace", ["kube-system", "gatehouse"])
def test_system_namespaces_and_our_own(namespace: str) -> None:
    found = eligible(labelled("true"), namespace, {LABEL: "true"}, release(default=True))
    assert (found.inject, found.asked) == (False, False)


def test_linux_is_what_is_meant() -> None:
    spec = {"os": {"name": "linux"}, "nodeSelector": {"kubernetes.io/os": "linux"}}
    assert eligible(labelled("true", **spec), "agents", {}, release()).inject
    for systems in (("linux",), ("windows", "linux"), ()):
        assert eligible(labelled("true", affinity=bound(*systems)), "agents", {}, release()).inject
