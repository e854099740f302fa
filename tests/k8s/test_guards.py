"""Hooks that keep others off what is the gate's: who the API server asks about, and what is answered."""

import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cel
import pytest

from tests.k8s.rig import Object, named, of_set, rendered, values
from tests.k8s.test_security import INJECT, fits
from tests.k8s.webhook_rig import Started, pods_of, started

CONFIGURATION = ("ValidatingWebhookConfiguration", "gatehouse-gatehouse-webhook")
HOOKS = {one["name"]: one for one in named(of_set("production"), *CONFIGURATION)["webhooks"]}
OWN = "system:serviceaccount:gatehouse:gatehouse-webhook"
SWEEPER = "system:serviceaccount:kube-system:namespace-controller"
NO = {"gatehouse.dev/inject": "false"}
LABEL = {"gatehouse.dev/injected-by": "gatehouse.gatehouse"}
STATUS = {"gatehouse.dev/status": "{}"}
CODER = next(pods_of("workloads.yaml"))


def is_asked(hook: str, operation: str, user: str = "ada", namespace: str = "agents", **objects: Any) -> bool:
    """As the API server evaluates the conditions of a hook."""
    context = {"request": {"operation": operation, "userInfo": {"username": user}, "namespace": namespace}, **objects}
    conditions = HOOKS[hook].get("matchConditions", ())
    return all(cel.evaluate(one["expression"], context) is True for one in conditions)


@pytest.mark.parametrize(
    ("operation", "user", "asked"),
    [
        ("UPDATE", "ada", True),
        ("DELETE", "ada", True),
        ("UPDATE", OWN, False),
        ("DELETE", SWEEPER, False),
        ("UPDATE", SWEEPER, True),
    ],
)
def test_copies_are_asked_about_when_somebody_else_comes(operation: str, user: str, asked: bool) -> None:
    assert is_asked("copies.gatehouse.dev", operation, user) is asked


def pod(labels: dict[str, str], annotations: dict[str, str] | None = None) -> Object:
    metadata = {"labels": labels, **({"annotations": annotations} if annotations else {})}
    return {"metadata": metadata, "spec": {"containers": [{"name": "a", "image": "1"}]}}


def images(gate: str, agent: str = "1") -> Object:
    gates = [{"name": "gatehouse-bootstrap", "image": "1"}, {"name": "gatehouse-envoy", "image": gate}]
    return {**pod(LABEL, STATUS), "spec": {"initContainers": gates, "containers": [{"name": "a", "image": agent}]}}


@pytest.mark.parametrize(
    ("note", "operation", "made", "old", "namespace", "asked"),
    [
        ("just injected", "CREATE", pod(LABEL, STATUS), {}, "agents", False),
        ("no word of a gate", "CREATE", pod(LABEL), {}, "agents", True),
        ("a word, and asked to be left out", "CREATE", pod({**LABEL, **NO}, STATUS), {}, "agents", True),
        ("where nothing is injected", "CREATE", pod(LABEL, STATUS), {}, "kube-system", True),
        ("it has it", "UPDATE", pod(LABEL, STATUS), pod(LABEL, STATUS), "agents", False),
        ("it takes it", "UPDATE", pod(LABEL), pod({"app": "bot"}), "agents", True),
        ("it takes it, and had no label", "UPDATE", pod(LABEL), {"metadata": {}}, "agents", True),
        ("another image of the gate's", "UPDATE", images("2"), images("1"), "agents", True),
        ("another image of the agent's", "UPDATE", images("1", "2"), images("1"), "agents", False),
        ("it takes another's off", "UPDATE", pod({}), pod(LABEL), "agents", False),
    ],
)  # fmt: skip
def test_the_label_is_asked_about_unless_the_gate_gave_it(
    note: str, operation: str, made: Object, old: Object, namespace: str, asked: bool
) -> None:
    found = is_asked("labels.gatehouse.dev", operation, namespace=namespace, object=made, oldObject=old)
    assert found is asked, note


@pytest.mark.parametrize("name", ["production", "sidecars"])
def test_no_namespace_is_in_neither_scope(name: str) -> None:
    """What the mutating hook of namespaces leaves out, the validating one outside takes."""
    mutating = named(of_set(name), "MutatingWebhookConfiguration", "gatehouse-gatehouse-webhook")["webhooks"][0]
    outside = next(one for one in named(of_set(name), *CONFIGURATION)["webhooks"] if one["name"].startswith("outside."))
    for labels in ({}, {INJECT: "true"}, {INJECT: "false"}, {INJECT: "yes"}):
        there = {"kubernetes.io/metadata.name": "agents", **labels}
        assert fits(mutating["namespaceSelector"], there) or fits(outside["namespaceSelector"], there), labels


@pytest.fixture
async def webhook(tmp_path: Path) -> AsyncIterator[Started]:
    async with started(rendered(values("production", certificates={"mode": "selfManaged"})), tmp_path) as made:
        made.api.namespace("agents", **{"gatehouse.dev/inject": "true"})
        yield made


async def test_a_copy_is_the_webhooks(webhook: Started) -> None:
    await webhook.patched(CODER)
    copy = {"kind": "ConfigMap", **webhook.api.config_map("agents", "gatehouse-policies")}
    copy["metadata"] = {**copy["metadata"], "namespace": "agents"}
    lax = {**copy, "data": {}}

    async def by(user: str, operation: str = "UPDATE", made: Object | None = lax) -> Object:
        return await webhook.review(
            copy, "copies", operation=operation, userInfo={"username": user}, object=made, oldObject=copy
        )

    assert not (await by("ada"))["allowed"]
    assert not (await by("ada", "DELETE", None))["allowed"]
    assert "change the one that it is a copy of" in (await by("ada"))["status"]["message"]
    assert (await by(OWN))["allowed"]
    assert (await by(SWEEPER, "DELETE", None))["allowed"]


async def test_a_pod_wears_the_label_with_its_gate_only(webhook: Started) -> None:
    made = await webhook.patched(CODER)
    assert made["metadata"]["labels"]["gatehouse.dev/injected-by"] == LABEL["gatehouse.dev/injected-by"]
    assert (await webhook.review(made, "pods"))["allowed"]
    debugged = copy.deepcopy(made)
    debugged["spec"]["ephemeralContainers"] = [{"name": "debugger", "targetContainerName": "gatehouse-envoy"}]
    refused = await webhook.review(debugged, "pods", operation="UPDATE", oldObject=made)
    assert "name another --target" in refused["status"]["message"]
    bare = {**CODER, "metadata": made["metadata"]}
    assert not (await webhook.review(bare, "pods"))["allowed"]
    assert not (await webhook.review(made, "pods", operation="UPDATE", oldObject=CODER))["allowed"]
