"""Copies in the namespaces of pods: there before the first pod, kept, and never over somebody else's."""

import asyncio

import pytest

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.copies import COPY_OF, WHOLE, Copies
from sidecar.control.admission.namespaces import Namespaces
from sidecar.control.admission.review import Refusal
from tests.k8s.api_server import ApiServer
from tests.k8s.release import release

NAMES = ("gatehouse-authority", "gatehouse-sidecar", "gatehouse-policies", "team-policies", "partner-keys")


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
async def copies(api: ApiServer, cluster: Cluster, clock: list[float]) -> Copies:
    asked = lambda _name, labels: labels.get("gatehouse.dev/inject") == "true"  # noqa: E731
    made = Copies(cluster, Namespaces(cluster, lambda: 0.0), release(), lambda: "PEM", asked, lambda: clock[0])
    api.namespace("gatehouse")
    await made.refresh()
    return made


async def test_they_are_there_before_the_first_pod(api: ApiServer, copies: Copies) -> None:
    await asyncio.gather(*(copies.ensure("agents") for _ in range(5)))
    for name in NAMES:
        found = api.config_map("agents", name)
        assert found["metadata"]["labels"][COPY_OF] == "gatehouse"
    assert api.config_map("agents", "gatehouse-policies")["data"] == {"a.yaml": "policy: a\n"}
    before = len(api.asked)
    await copies.ensure("agents")
    assert len(api.asked) == before


async def test_a_namespace_that_was_made_anew_gets_them_anew(api: ApiServer, copies: Copies) -> None:
    for _ in range(2):
        api.namespace("agents")
        await copies.namespaces.labels("agents", anew=True)
        await copies.ensure("agents")
        assert api.objects.pop("/api/v1/namespaces/agents/configmaps/gatehouse-sidecar")
    await copies.ensure("agents")
    assert "/api/v1/namespaces/agents/configmaps/gatehouse-sidecar" not in api.objects, (
        "the same one is not asked again"
    )


async def test_changed_values_reach_them_and_a_change_there_is_put_back(
    api: ApiServer, copies: Copies, clock: list[float]
) -> None:
    api.namespace("agents", **{"gatehouse.dev/inject": "true"})
    api.namespace("other")
    await copies.look()
    assert api.config_map("agents", "gatehouse-authority")["data"] == {"ca.crt": "PEM"}
    assert not any("other/configmaps" in path for path in api.objects)
    api.config_map("gatehouse", "gatehouse-policies", {"a.yaml": "policy: newer\n"})
    await copies.look()
    assert api.config_map("agents", "gatehouse-policies")["data"] == {"a.yaml": "policy: newer\n"}
    labels = api.config_map("agents", "team-policies")["metadata"]["labels"]
    lax = {"metadata": {"labels": labels}, "data": {"b.yaml": "lax"}}
    api.put("/api/v1/namespaces/agents/configmaps/team-policies", lax)
    clock[0] += WHOLE - 1
    await copies.look()
    assert api.config_map("agents", "team-policies")["data"] == {"b.yaml": "lax"}
    clock[0] += 1
    await copies.look()
    assert api.config_map("agents", "team-policies")["data"] == {"b.yaml": "policy: b\n"}


async def test_a_namespace_of_another_life_is_found_by_its_copies(api: ApiServer, copies: Copies) -> None:
    api.namespace("quiet")
    api.put(
        "/api/v1/namespaces/quiet/configmaps/gatehouse-sidecar",
        {"metadata": {"labels": {COPY_OF: "gatehouse"}}, "data": {}},
    )
    await copies.look()
    assert api.config_map("quiet", "gatehouse-policies")["data"] == {"a.yaml": "policy: a\n"}


async def test_somebody_elses_is_left_and_the_pod_is_told(api: ApiServer, copies: Copies) -> None:
    api.config_map("agents", "team-policies", {"mine": "1"})
    with pytest.raises(Refusal, match=r"the ConfigMap team-policies in agents is somebody else's.*rename it"):
        await copies.ensure("agents")
    assert api.config_map("agents", "team-policies")["data"] == {"mine": "1"}


async def test_one_bad_namespace_does_not_stop_the_others(api: ApiServer, copies: Copies) -> None:
    for name in ("a-bad", "b-good"):
        api.namespace(name, **{"gatehouse.dev/inject": "true"})
    api.config_map("a-bad", "gatehouse-authority", {})
    await copies.look()
    assert api.config_map("b-good", "gatehouse-authority")["data"]


async def test_while_the_cluster_is_away_the_pod_waits(api: ApiServer, copies: Copies) -> None:
    api.failing = 99
    with pytest.raises(Refusal, match=r"cannot be put into agents now.*try again"):
        await copies.ensure("agents")
    api.failing = 0
    await copies.ensure("agents")
    api.failing = 99
    with pytest.raises(ClusterFailed):
        await copies.look()


async def test_who_was_first_is_looked_at_again(api: ApiServer, copies: Copies) -> None:
    """Two replicas at once: the other one's copy appears between our look and our write."""

    def other(method: str, path: str) -> None:
        at = f"{path}/gatehouse-authority"
        if method == "POST" and "agents/configmaps" in path and at not in api.objects:
            api.put(at, {"metadata": {"labels": {COPY_OF: "gatehouse"}}, "data": {"ca.crt": "older"}})

    api.before = other
    await copies.ensure("agents")
    assert api.config_map("agents", "gatehouse-authority")["data"] == {"ca.crt": "PEM"}
