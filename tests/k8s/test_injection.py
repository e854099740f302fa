"""The chart's webhook, started for real over TLS, and pods from real manifests."""

import copy
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.control.admission.inject import injected
from tests.k8s.rig import VERSIONS, Object, complaints, containers, named, of_set, rendered, values
from tests.k8s.webhook_rig import Started, pods_of, started
from tests.polling import until
from tests.unit.control.admission.test_inject import PODS, RELEASES

GATE = {"gatehouse-bootstrap", "gatehouse-data-plane", "gatehouse-envoy"}
WORKLOADS = {
    one["metadata"].get("name") or one["metadata"]["generateName"].removesuffix("-"): one
    for one in pods_of("workloads.yaml")
}
SECRETS = ("gatehouse-keys", "gatehouse-upstream")
NATIVE = [version for version in VERSIONS if int(version.split(".")[1]) >= 29]


@pytest.fixture
async def webhook(tmp_path: Path) -> AsyncIterator[Started]:
    async with started(rendered(values("production", certificates={"mode": "selfManaged"})), tmp_path) as made:
        made.api.namespace("agents", **{"gatehouse.dev/inject": "true"})
        yield made


def names(pod: Object) -> set[str]:
    return {one["name"] for one in containers(pod["spec"])}


@pytest.mark.parametrize("name", WORKLOADS)
async def test_every_workload_gets_its_gate_and_is_a_pod(name: str, webhook: Started) -> None:
    before = WORKLOADS[name]
    after = await webhook.patched(before)
    assert names(after) >= GATE
    for version in NATIVE:
        assert complaints(_plain(after), version) == []
    assert await webhook.patched(after) == after
    main = after["spec"]["containers"][0]
    assert {"name": "ANTHROPIC_BASE_URL", "value": "http://127.0.0.1:15080"} in main["env"]
    assert _restricted(after)
    for one in containers(after["spec"]):
        if one["name"] not in GATE:
            assert not any(word in json.dumps(one) for word in SECRETS)
            assert not any(mount["name"].startswith("gatehouse-") for mount in one.get("volumeMounts", ()))


def _plain(pod: Object) -> Object:
    return {**pod, "metadata": {key: value for key, value in pod["metadata"].items() if key != "uid"}}


def _restricted(pod: Object) -> bool:
    ours = [one for one in containers(pod["spec"]) if one["name"] in GATE]
    return all(
        one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        and one["securityContext"]["runAsNonRoot"]
        and not one["securityContext"]["allowPrivilegeEscalation"]
        for one in ours
    )


@given(PODS, RELEASES, st.booleans())
@settings(max_examples=60)
def test_any_pod_stays_one_that_the_cluster_takes(before: Object, injection: Any, native: bool) -> None:
    made = injected({"apiVersion": "v1", "kind": "Pod", **before}, injection, native).pod
    assert complaints(made, VERSIONS[-1] if native else VERSIONS[0]) == []


async def test_annotations_of_the_deployment_are_followed(webhook: Started) -> None:
    after = await webhook.patched(WORKLOADS["coder"])
    data_plane = next(one for one in after["spec"]["initContainers"] if one["name"] == "gatehouse-data-plane")
    assert data_plane["resources"]["requests"]["memory"] == "512Mi"
    assert {"name": "GATEHOUSE_LOG_LEVEL", "value": "debug"} in data_plane["env"]


async def test_other_init_containers_come_after_the_gate(webhook: Started) -> None:
    after = await webhook.patched(WORKLOADS["review"])
    order = [one["name"] for one in after["spec"]["initContainers"]]
    assert order == ["gatehouse-bootstrap", "gatehouse-data-plane", "gatehouse-envoy", "clone", "plan"]


async def test_a_mesh_is_left_as_it_is(webhook: Started) -> None:
    meshed = WORKLOADS["meshed"]
    after = await webhook.patched(meshed)
    before = {one["name"]: one for one in containers(meshed["spec"])}
    for one in containers(after["spec"]):
        if one["name"] in ("istio-init", "istio-proxy", "legacy"):
            assert one == before[one["name"]]
    said = json.loads(after["metadata"]["annotations"]["gatehouse.dev/status"])
    assert said["notes"] == ["container legacy is excluded: it goes its own way"]


@pytest.mark.parametrize("made", list(pods_of("left-alone.yaml")), ids=lambda one: one["metadata"]["name"])
async def test_what_cannot_have_one_is_left_alone_and_said(made: Object, webhook: Started) -> None:
    response = await webhook.review(made)
    assert (response["allowed"], "patch" in response) == (True, False)
    assert made["metadata"]["annotations"]["expect"] in response["warnings"][0]
    await until(lambda: bool(webhook.api.events))
    assert webhook.api.events[0]["message"] == response["warnings"][0]


async def test_everything_that_the_pod_mounts_is_in_its_namespace(webhook: Started) -> None:
    after = await webhook.patched(WORKLOADS["coder"])
    for volume in after["spec"]["volumes"]:
        if volume["name"].startswith("gatehouse-") and "configMap" in volume:
            found = webhook.api.config_map("agents", volume["configMap"]["name"])
            assert {item["key"] for item in volume["configMap"].get("items", ())} <= found["data"].keys()


async def test_no_more_is_asked_of_the_cluster_than_the_chart_allows(webhook: Started) -> None:
    """Names that may be read and written in other namespaces, and what may be asked at all."""
    await webhook.patched(WORKLOADS["coder"])
    objects = rendered(values("production", certificates={"mode": "selfManaged"}))
    rules = named(objects, "ClusterRole", "gatehouse-gatehouse-webhook")["rules"]
    allowed = {name for rule in rules if rule["resources"] == ["configmaps"] for name in rule.get("resourceNames", ())}
    for _, path in webhook.api.asked:
        parts = path.split("/")
        if "configmaps" in parts and "agents" in parts and parts[-1] != "configmaps":
            assert parts[-1] in allowed, path
        assert not ("secrets" in parts and "agents" in parts), path


async def test_every_right_that_the_chart_gives_is_one_that_is_used(webhook: Started) -> None:
    """What nobody asks for is a right too many."""
    await webhook.patched(WORKLOADS["coder"])
    await webhook.review(next(pods_of("left-alone.yaml")))
    webhook.api.config_map("gatehouse", "gatehouse-policies", {"a.yaml": "policy: other\n"})
    webhook.api.objects["/api/v1/namespaces/gatehouse/secrets/gatehouse-tls"]["data"] = {}
    objects = rendered(values("production", certificates={"mode": "selfManaged"}))
    given = {
        (resource, verb)
        for kind, name in (("ClusterRole", "gatehouse-gatehouse-webhook"), ("Role", "gatehouse-webhook"))
        for rule in named(objects, kind, name)["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    await until(lambda: given <= used(webhook), within=60)
    assert used(webhook) == given


def used(webhook: Started) -> set[tuple[str, str]]:
    verbs = {"POST": "create", "PUT": "update", "PATCH": "patch", "GET": "get"}
    found = set()
    for method, path in webhook.api.asked:
        parts = path.removeprefix("/api/v1/").split("/")
        if path.startswith("/apis/"):
            found.add((parts[-2], verbs[method]))
        elif path == "/api/v1/namespaces":
            found.add(("namespaces", "list"))
        elif len(parts) > 1:
            found.add((parts[2] if len(parts) > 2 else "namespaces", verbs[method]))
    return found


@pytest.mark.parametrize("name", ["sidecars", "production"])
@pytest.mark.parametrize("minor", ["28", "37"])
async def test_every_set_of_values_and_age_of_cluster(name: str, minor: str, tmp_path: Path) -> None:
    changed: dict[str, Any] = {"certificates": {"mode": "selfManaged"}}
    if name == "sidecars":
        changed = {"injection__nativeSidecars": "auto"}
    async with started(rendered(values(name, **changed)), tmp_path, minor) as webhook:
        webhook.api.namespace("agents", **{"gatehouse.dev/inject": "true"})
        after = await webhook.patched(WORKLOADS["review"])
        assert complaints(_plain(after), f"1.{minor}") == []
        where = "initContainers" if minor == "37" else "containers"
        assert {one["name"] for one in after["spec"][where]} >= GATE - {"gatehouse-bootstrap"}


async def test_policies_of_the_chart_pass_and_wrong_ones_do_not(webhook: Started) -> None:
    made = copy.deepcopy(named(of_set("production"), "ConfigMap", "gatehouse-policies"))
    response = await webhook.review(made)
    assert response["allowed"], response
    made["data"]["contractors.yaml"] = "policy: contractors\nrules:\n  - {id: x, do: fly}\n"
    refused = await webhook.review(made)
    assert not refused["allowed"]
    assert "contractors.yaml:3:" in refused["status"]["message"]


async def test_a_megabyte_of_policies_is_answered_in_time(webhook: Started) -> None:
    rule = "  - {id: r%d, where: [prompt], match: {regex: 'abc%dxyz'}, do: deny, say: 'it is not for outside models'}\n"
    text = "policy: many\nrules:\n" + "".join(rule % (index, index) for index in range(9_000))
    made = {"kind": "ConfigMap", "metadata": {"name": "many", "namespace": "agents"}, "data": {"many.yaml": text}}
    assert len(yaml.safe_dump(text)) > 900_000
    webhook.process._check._within = 3.0
    began = time.perf_counter()
    response = await webhook.review(made)
    assert time.perf_counter() - began < 15  # an answer waits for three seconds; the rest is this machine's
    assert response["allowed"] or "could not be looked at in time" in response["status"]["message"]
