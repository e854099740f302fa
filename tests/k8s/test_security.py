"""Every pod fits the restricted profile, holds what it needs and no more, and no secret is in what is rendered.

Strategy: the Pod Security Standards, "restricted", as a table of our own (Kubernetes' documentation, v1.37), asked of
every pod of every set.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests import written
from tests.k8s.rig import SETS, Object, containers, files, named, of_set, pods, values

ALL_PODS = [(name, owner, spec) for name in SETS for owner, spec in pods(of_set(name))]
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
# Of a pod: the control, and whether it holds.
OF_PODS: dict[str, Callable[[Object], bool]] = {
    "no host namespaces": lambda pod: not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")),
    "harmless volumes only": lambda pod: all(set(v) - {"name"} <= VOLUMES for v in pod.get("volumes", ())),
    "not as root": lambda pod: pod["securityContext"]["runAsNonRoot"] is True,
    "no number of root": lambda pod: pod["securityContext"].get("runAsUser") != 0,
    "seccomp": lambda pod: pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"},
    "no sysctls": lambda pod: not pod["securityContext"].get("sysctls"),
    "no list of services in the environment": lambda pod: pod["enableServiceLinks"] is False,
}
OF_CONTAINERS: dict[str, Callable[[Object], bool]] = {
    "not privileged": lambda one: not one["securityContext"].get("privileged"),
    "no more privileges": lambda one: one["securityContext"]["allowPrivilegeEscalation"] is False,
    "no capabilities": lambda one: one["securityContext"]["capabilities"] == {"drop": ["ALL"]},
    "not as root": lambda one: one["securityContext"]["runAsNonRoot"] is True,
    "seccomp": lambda one: one["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"},
    "no host ports": lambda one: not any(port.get("hostPort") for port in one.get("ports", ())),
    # Ours, beyond the standard.
    "read-only root": lambda one: one["securityContext"]["readOnlyRootFilesystem"] is True,
    "requests": lambda one: {"cpu", "memory"} <= one["resources"]["requests"].keys(),
    "a limit of memory": lambda one: "memory" in one["resources"]["limits"],
    "no secret in the environment": lambda one: (
        not any("valueFrom" in e for e in one.get("env", ())) and "envFrom" not in one
    ),
    "read-only mounts of what is ours to read": lambda one: all(
        mount.get("readOnly") for mount in one.get("volumeMounts", ()) if mount["mountPath"].startswith("/etc/")
    ),
}


@pytest.mark.parametrize(("name", "owner", "spec"), ALL_PODS, ids=[f"{n}-{o}" for n, o, _ in ALL_PODS])
def test_restricted(name: str, owner: str, spec: Object) -> None:
    broken = [rule for rule, holds in OF_PODS.items() if not holds(spec)]
    broken += [
        f"{c['name']}: {rule}" for c in containers(spec) for rule, holds in OF_CONTAINERS.items() if not holds(c)
    ]
    assert broken == []


def test_the_table_can_say_no() -> None:
    spec = dict(pods(of_set("try")))["Deployment/gatehouse-gateway"]
    bad = {**spec, "hostNetwork": True, "volumes": [{"name": "x", "hostPath": {"path": "/"}}], "securityContext": {}}
    with pytest.raises(KeyError):
        OF_PODS["not as root"](bad)
    assert [rule for rule in ("no host namespaces", "harmless volumes only") if not OF_PODS[rule](bad)] != []


@pytest.mark.parametrize("name", ["production", "sidecars"])
def test_images_are_named_by_digest(name: str) -> None:
    images = {one["image"] for _, spec in pods(of_set(name)) for one in containers(spec)}
    assert len(images) == 1
    assert re.fullmatch(r"registry\.example\.com/[\w/]+@sha256:[0-9a-f]{64}", images.pop())


def test_only_who_asks_the_cluster_has_a_token_for_it() -> None:
    tokens = {owner: spec["automountServiceAccountToken"] for owner, spec in pods(of_set("try"))}
    assert tokens == {
        "Deployment/gatehouse-control": False,
        "Deployment/gatehouse-gateway": False,
        "Pod/gatehouse-test": False,
    }
    given = {owner for owner, spec in pods(of_set("production")) if spec["automountServiceAccountToken"]}
    assert given == {"Deployment/gatehouse-control", "Deployment/gatehouse-webhook", "Job/gatehouse-cleanup"}
    accounts = {
        o["metadata"]["name"]: o["automountServiceAccountToken"]
        for o in of_set("production")
        if o["kind"] == "ServiceAccount"
    }
    assert set(accounts.values()) == {False}
    assert len(accounts) == 5


def rights(name: str) -> set[tuple[str, str, str, str]]:
    """Kind of role, resource, verb, and the names it is for."""
    return {
        (one["kind"], resource, verb, ",".join(rule.get("resourceNames", ["*"])))
        for one in of_set(name)
        if one["kind"] in ("Role", "ClusterRole")
        for rule in one["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_rights_in_the_cluster_are_few() -> None:
    """Secrets are read in our namespace alone, and of them one; no wildcard; roles are given to service accounts."""
    for name in ("production", "sidecars"):
        found = rights(name)
        assert not any("*" in (resource, verb) for _, resource, verb, _ in found)
        assert not any(resource == "secrets" and kind == "ClusterRole" for kind, resource, *_ in found)
        assert not any(
            resource in ("pods", "roles", "clusterroles", "serviceaccounts/token") and verb != "list"
            for _, resource, verb, _ in found
        )
    read = {(verb, names) for _, resource, verb, names in rights("sidecars") if resource == "secrets"}
    assert read == {(verb, "gatehouse-tls") for verb in ("get", "update", "delete")} | {("create", "*")}
    assert not any(resource == "secrets" for _, resource, *_ in rights("production"))


def test_configurations_of_webhooks_are_touched_only_where_we_make_the_certificates() -> None:
    names = {names for _, resource, _, names in rights("sidecars") if resource.endswith("webhookconfigurations")}
    assert names == {"gatehouse-gatehouse-webhook"}
    assert not any(resource.endswith("webhookconfigurations") for _, resource, *_ in rights("production"))


@pytest.mark.parametrize("name", SETS)
def test_no_secret_is_rendered(name: str) -> None:
    """There is no Secret among the objects, and nothing that a scanner would take for a credential."""
    assert [one["kind"] for one in of_set(name) if one["kind"] == "Secret"] == []
    text = "\n".join(text for path, text in files(values(name)).items() if "policies.yaml" not in path)
    for pattern in (
        r"AKIA[0-9A-Z]{16}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"sk-ant-\w{8}",
        r"://[^/\s:@]+:[^@\s]+@",
        r"eyJ\w{20}",
    ):
        assert re.findall(pattern, text) == [], pattern


def test_keys_are_mounted_one_by_one_and_only_where_they_are_used() -> None:
    specs = dict(pods(of_set("production")))

    def keys(owner: str) -> set[str]:
        return {
            f"{volume['secret']['secretName']}/{item['key']}"
            for volume in specs[owner]["volumes"]
            if "secret" in volume
            for item in volume["secret"].get("items", [{"key": "*"}])
        }

    assert keys("StatefulSet/gatehouse-gateway") == {
        *("gatehouse-keys/link-key", "gatehouse-keys/mask-key", "gatehouse-upstream/anthropic-api-key"),
        *("gatehouse-clickhouse/password", "gatehouse-tls/ca.crt", "gatehouse-gateway-tls/*"),
        *("gatehouse-registry/password", "gatehouse-tickets/client-secret"),
    }
    assert keys("Deployment/gatehouse-control") == {
        *("gatehouse-keys/link-key", "gatehouse-keys/token-key", "gatehouse-database/dsn", "gatehouse-tls/*"),
        *("gatehouse-clickhouse/password", "gatehouse-sign-in/client-secret"),
        *("gatehouse-chat/slack-url", "gatehouse-chat/siem-secret"),
    }
    assert keys("Pod/gatehouse-test") == {"gatehouse-tls/ca.crt"}


def test_envoy_sees_neither_credentials_nor_keys_of_ours() -> None:
    spec = dict(pods(of_set("production")))["StatefulSet/gatehouse-gateway"]
    envoy = next(one for one in spec["containers"] if one["name"] == "envoy")
    mounted = {mount["name"] for mount in envoy["volumeMounts"]}
    assert not any(name.startswith(("secret-", "csi-", "state")) for name in mounted)


def hooks(name: str, **changed: Any) -> list[Object]:
    from tests.k8s.rig import rendered

    found: list[Object] = named(
        rendered(values(name, **changed)), "MutatingWebhookConfiguration", "gatehouse-gatehouse-webhook"
    )["webhooks"]
    return found


def fits(selector: Object, labels: dict[str, str]) -> bool:
    """A label selector, as the API server reads it."""
    reads: dict[str, Callable[[str | None, list[str]], bool]] = {
        "In": lambda value, wanted: value in wanted,
        "NotIn": lambda value, wanted: value not in wanted,
        "Exists": lambda value, _wanted: value is not None,
    }
    return all(reads[e["operator"]](labels.get(e["key"]), e.get("values", [])) for e in selector["matchExpressions"])


INJECT = "gatehouse.dev/inject"
# The value's word, the namespace's, the pod's -> is it asked about: pod over namespace over values.
SCOPE = (
    (False, None, None, False),
    (False, None, "true", True),
    (False, "true", None, True),
    (False, "true", "false", False),
    (False, "true", "true", True),
    (False, "false", None, False),
    (False, "false", "true", True),
    (True, None, None, True),
    (True, None, "false", False),
    (True, None, "true", True),
    (True, "false", None, False),
    (True, "false", "true", True),
    (True, "true", None, True),
)
# What nobody can read is asked about, and refused by the program with a sentence.
UNCLEAR = ((False, "yes", None), (False, None, "yes"), (False, "True", "true"), (True, "False", None), (True, None, ""))


@pytest.mark.parametrize(("default", "namespace", "pod", "asked"), SCOPE)
@pytest.mark.parametrize("place", ["agents", "kube-system", "gatehouse"])
def test_one_of_two_hooks_fires_where_it_should(
    default: bool, namespace: str | None, pod: str | None, asked: bool, place: str
) -> None:
    there = {"kubernetes.io/metadata.name": place, **({INJECT: namespace} if namespace else {})}
    labels = {INJECT: pod} if pod else {}
    fired = [
        hook["name"]
        for hook in hooks("production", injection__default=default)
        if fits(hook["namespaceSelector"], there) and fits(hook["objectSelector"], labels)
    ]
    assert len(fired) == int(asked and place == "agents")


@pytest.mark.parametrize(("default", "namespace", "pod"), UNCLEAR)
def test_a_label_that_says_neither_is_asked_about(default: bool, namespace: str | None, pod: str | None) -> None:
    there = {"kubernetes.io/metadata.name": "agents", **({} if namespace is None else {INJECT: namespace})}
    labels = {} if pod is None else {INJECT: pod}
    made = hooks("production", injection__default=default)
    assert any(fits(hook["namespaceSelector"], there) and fits(hook["objectSelector"], labels) for hook in made)


def test_hooks_fail_closed_and_are_asked_again() -> None:
    for hook in hooks("production"):
        assert (hook["failurePolicy"], hook["reinvocationPolicy"], hook["sideEffects"]) == (
            "Fail",
            "IfNeeded",
            "NoneOnDryRun",
        )


def test_the_program_is_told_what_the_hooks_are_called() -> None:
    told = written.read(named(of_set("sidecars"), "ConfigMap", "gatehouse-webhook")["data"]["webhook.yaml"])
    kinds = {"mutating": "MutatingWebhookConfiguration", "validating": "ValidatingWebhookConfiguration"}
    for word, kind in kinds.items():
        hook = named(of_set("sidecars"), kind, told["certificates"][word])["webhooks"][0]
        assert hook["clientConfig"]["service"]["path"] in told["paths"].values()
