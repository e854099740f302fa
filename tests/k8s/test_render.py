"""Whatever the values, what comes out is what a cluster takes."""

from typing import Any

import helm_python as helm
import pytest

from tests import written
from tests.k8s.rig import (
    CHART,
    SETS,
    VERSIONS,
    Object,
    complaints,
    containers,
    named,
    notes,
    of_set,
    pods,
    rendered,
    values,
)

LONG = "a-config-map-with-a-name-of-more-than-sixty-three-characters-number-"
CSI = {"csi": {"secretProviderClass": "vault", "key": "dsn"}}
# A null takes a default away.
TAKEN_BACK = (
    *("networkPolicy__inClusterTo", "networkPolicy__monitoringFrom", "networkPolicy__gatewayFrom"),
    *("monitoring__serviceMonitor__interval", "control__persistence__size", "certificates__certManager__renewBefore"),
)
# Set, what is changed, why.
VARIED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("try", {"webhook__enabled": True, "certificates": {"mode": "selfManaged"}}, "certificates of our own making"),
    ("try", {"gateway__enabled": False}, "no gateway"),
    ("try", {"control": {"enabled": False}, "certificates": {"mode": "selfManaged"}}, "a gateway alone"),
    ("try", {"control__persistence": {"enabled": True, "existingClaim": "mine"}}, "a volume that is there already"),
    ("try", {"gateway__spool": {"persistent": True}}, "volumes of the usual class"),
    ("try", {"gateway__antiAffinity": "none", "gateway__zoneSpread": False}, "pods anywhere"),
    ("try", {"tests": {"enabled": False}}, "no test pod"),
    ("try", {"connections": [{"name": "tools", "kind": "mcp", "url": "http://tools.svc/mcp"}]}, "without a credential"),
    ("try", {"policies": {"preset": "none", "existingConfigMaps": ["a.b", "c"]}}, "policies from elsewhere"),
    ("try", {"nameOverride": "gate"}, "another name"),
    ("try", {"fullnameOverride": "g"}, "a short name"),
    ("try", {"policies": {"preset": "none", "existingConfigMaps": [LONG + "1", LONG + "2"]}}, "long names"),
    ("try", {"policies": {"preset": "none", "existingConfigMaps": ["a.b", "a-b"]}}, "names that look alike"),
    ("production", {"gateway__antiAffinity": "required", "gateway__spool": {"persistent": False}}, "a node each"),
    ("production", {"control__database": CSI}, "a DSN by the Secrets Store"),
    ("production", {"certificates": {"mode": "selfManaged"}}, "in production, too"),
    ("production", {"injection__default": True}, "everything is injected"),
    ("production", {"gateway__spool": {"persistent": False}}, "a Deployment that scales"),
    ("production", {"webhook__policies": {"enabled": False}}, "nobody looks at policies"),
    ("sidecars", {"gateway": {"enabled": True, "replicas": 1}}, "both ways"),
    ("production", dict.fromkeys(TAKEN_BACK), "defaults that are taken back"),
)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_kubernetes_takes_every_object(name: str, version: str) -> None:
    assert [said for one in of_set(name) for said in complaints(one, version)] == []


def test_the_versions_that_were_promised_are_looked_at() -> None:
    assert tuple(f"1.{minor}" for minor in range(28, 38)) == VERSIONS


def test_a_field_that_nobody_knows_is_a_complaint() -> None:
    for kind in ("StatefulSet", "ServiceMonitor"):
        one = next(found for found in of_set("production") if found["kind"] == kind)
        assert complaints({**one, "spec": {**one["spec"], "replica": 2}}, "1.37")


@pytest.mark.parametrize(("name", "changed", "note"), VARIED, ids=[note for *_, note in VARIED])
def test_varied_values(name: str, changed: dict[str, Any], note: str) -> None:
    objects = rendered(values(name, **changed))
    assert [said for one in objects for v in (VERSIONS[0], VERSIONS[-1]) for said in complaints(one, v)] == [], note
    assert well_named(objects)
    for owner, spec in pods(objects):
        volumes = [one["name"] for one in spec.get("volumes", ())]
        assert len(set(volumes)) == len(volumes), owner
        assert all(len(name) <= 63 for name in volumes), owner
        mounted = {mount["name"] for one in containers(spec) for mount in one.get("volumeMounts", ())}
        claimed = {"state"} if owner.startswith("StatefulSet") else set()
        assert mounted <= {*volumes, *claimed}, owner


@pytest.mark.parametrize("name", SETS)
def test_lint_finds_nothing(name: str) -> None:
    report = helm.lint(CHART, values(name), strict=True, namespace="gatehouse")
    assert [message["error"] for message in report["messages"] if message["severity"] > 1] == []


@pytest.mark.parametrize("name", SETS)
def test_names_and_namespaces(name: str) -> None:
    assert well_named(list(of_set(name)))


def well_named(objects: list[dict[str, Any]]) -> bool:
    """Each once; each namespaced object says where; each tells whose it is."""
    cluster_wide = {
        "ClusterRole",
        "ClusterRoleBinding",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    }
    seen = set()
    for one in objects:
        metadata = one["metadata"]
        key = (one["kind"], metadata.get("namespace"), metadata["name"])
        assert key not in seen
        seen.add(key)
        assert ("namespace" in metadata) is (one["kind"] not in cluster_wide), key
        assert metadata["labels"]["app.kubernetes.io/instance"] == "gatehouse", key
        assert len(metadata["name"]) <= 63, key
    return True


def test_selectors_find_the_pods_and_nothing_else() -> None:
    """Of each Service, PodDisruptionBudget and NetworkPolicy of ours: one workload, or the agents'."""
    objects = of_set("production")
    workloads = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in objects
        if one["kind"] in ("Deployment", "StatefulSet", "Job")
    }
    for one in objects:
        spec = one.get("spec", {})
        wanted = {
            "Service": lambda spec=spec: spec["selector"],
            "PodDisruptionBudget": lambda spec=spec: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda spec=spec: spec["podSelector"].get("matchLabels"),
        }.get(one["kind"])
        labels = wanted() if wanted else None
        if labels and "gatehouse.dev/injected-by" not in labels:
            found = [name for name, has in workloads.items() if labels.items() <= has.items()]
            assert len(found) == 1, one["metadata"]["name"]


def test_ports_lead_somewhere() -> None:
    objects = of_set("production")
    for service in (one for one in objects if one["kind"] == "Service"):
        labels = service["spec"]["selector"]
        templates = [one["spec"]["template"] for one in objects if one["kind"] in ("Deployment", "StatefulSet")]
        pod = next(t for t in templates if labels.items() <= t["metadata"]["labels"].items())
        names = {port["name"] for container in pod["spec"]["containers"] for port in container.get("ports", ())}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= names


def test_two_releases_stand_side_by_side() -> None:
    given = values("production")
    here = {
        (o["kind"], o["metadata"]["name"]) for o in rendered(given, namespace="one") if "namespace" not in o["metadata"]
    }
    there = {
        (o["kind"], o["metadata"]["name"]) for o in rendered(given, namespace="two") if "namespace" not in o["metadata"]
    }
    assert here
    assert here.isdisjoint(there)


@pytest.mark.parametrize(("release", "namespace"), [("r" * 53, "n" * 63), ("gatehouse-" + "x" * 43, "gatehouse")])
def test_the_longest_names(release: str, namespace: str) -> None:
    """Of a release 53 characters, of a namespace 63; labels have 63 at most."""
    objects = rendered(values("production"), release, namespace)
    other = rendered(values("production"), release[:-1] + "y", namespace)
    for one in objects:
        assert complaints(one, VERSIONS[-1]) == []
        assert len(one["metadata"]["name"]) <= (253 if "namespace" not in one["metadata"] else 63), one["metadata"]
        assert all(len(value) <= 63 for value in one["metadata"]["labels"].values())
    label = "gatehouse.dev/injected-by"
    told, theirs = (_label(made) for made in (objects, other))
    assert told != theirs, "two releases do not take each other's pods for their own"
    assert len(told) <= 63, label


def _label(objects: list[Object]) -> str:
    monitor = next(one for one in objects if one["kind"] == "PodMonitor")
    return str(monitor["spec"]["selector"]["matchLabels"]["gatehouse.dev/injected-by"])


@pytest.mark.parametrize("part", ["control", "webhook"])
def test_a_rollout_ends_with_as_many_nodes_as_pods(part: str) -> None:
    """Where no two share a node a new pod has no place until an old one went."""
    for kind, wanted in (("preferred", (0, 1)), ("required", (1, 0))):
        found = named(
            rendered(values("production", **{f"{part}__antiAffinity": kind})), "Deployment", f"gatehouse-{part}"
        )
        how = found["spec"]["strategy"]["rollingUpdate"]
        assert (how["maxUnavailable"], how["maxSurge"]) == wanted


def test_pods_come_to_nodes_that_can_run_them() -> None:
    for owner, spec in pods(rendered(values("production", webhook__nodeSelector={"kubernetes.io/os": "own"}))):
        wanted = "own" if owner == "Deployment/gatehouse-webhook" else "linux"
        assert spec["nodeSelector"]["kubernetes.io/os"] == wanted, owner


def test_the_record_of_an_injected_pod_fits_its_volume() -> None:
    def limit(**changed: Any) -> str:
        objects = rendered(values("production", **changed))
        told = written.read(named(objects, "ConfigMap", "gatehouse-sidecar")["data"]["gatehouse.yaml"])
        return str(told["record"]["limit"])

    assert limit() == "768MiB"
    assert limit(injection__spool={"size": "8Gi"}) == "2GiB"
    assert limit(settings={"record": {"limit": "512MiB"}}) == "512MiB"


def test_the_same_values_give_the_same_text() -> None:
    """Nothing is drawn by chance: a GitOps controller sees no difference where there is none."""
    assert rendered(values("production")) == rendered(values("production"))


def test_what_changes_makes_pods_anew() -> None:
    """Settings do, policies do not: data planes take those up as they run."""

    def checksum(**changed: Any) -> str:
        found = named(rendered(values("try", **changed)), "Deployment", "gatehouse-gateway")
        return str(found["spec"]["template"]["metadata"]["annotations"]["checksum/config"])

    assert checksum(log={"level": "debug"}) != checksum()
    assert checksum(policies={"inline": {"more": {"policy": "more"}}}) == checksum()


def test_the_migration_is_another_job_when_it_does_something_else() -> None:
    def job(**changed: Any) -> str:
        objects = rendered(values("production", **changed))
        names = (str(one["metadata"]["name"]) for one in objects if one["kind"] == "Job")
        return next(name for name in names if "migration" in name)

    assert job() == job(log={"level": "info"})
    assert job() != job(record__retention={"evidence": 100})


def test_an_uninstall_keeps_what_holds_records_and_nothing_else() -> None:
    kept = [
        (one["kind"], one["metadata"]["name"])
        for name in SETS
        for one in of_set(name)
        if (one["metadata"].get("annotations") or {}).get("helm.sh/resource-policy")
    ]
    assert kept == [("PersistentVolumeClaim", "gatehouse-control")]
    spool = named(of_set("production"), "StatefulSet", "gatehouse-gateway")["spec"]
    assert spool["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        (
            "try",
            [
                "plain HTTP",
                "record.clickhouse is not set",
                "signing keys lie in the control plane's pod",
                "port-forward",
                "it is lost",
            ],
            ["kubectl label"],
        ),
        ("production", ["https://gatehouse.example.com", "kubectl label namespace"], ["plain HTTP", "is not set"]),
        ("sidecars", ["gatehouse.dev/copy-of=gatehouse"], ["ANTHROPIC_BASE_URL"]),
    ],
)
def test_the_notes_say_what_to_do_next(name: str, said: list[str], unsaid: list[str]) -> None:
    text = notes(values(name))
    assert [words for words in said if words not in text] == []
    assert [words for words in unsaid if words in text] == []


def test_the_cleanup_is_a_hook_of_the_uninstall_and_nothing_else() -> None:
    """What is no hook would be part of the release, and a right that stays."""

    def of_cleanup(**changed: Any) -> list[Object]:
        found = rendered(values("sidecars", **changed))
        return [one for one in found if one["metadata"]["labels"].get("app.kubernetes.io/component") == "cleanup"]

    made = of_cleanup()
    assert {one["kind"] for one in made} >= {"Job", "ClusterRole", "ClusterRoleBinding", "Role", "ServiceAccount"}
    assert {one["metadata"]["annotations"]["helm.sh/hook"] for one in made} == {"post-delete"}
    assert all("hook-succeeded" in one["metadata"]["annotations"]["helm.sh/hook-delete-policy"] for one in made)
    assert of_cleanup(injection__cleanup=False) == []
