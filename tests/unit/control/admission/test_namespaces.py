"""Labels of namespaces: fresh for a moment, and unknown while nobody says."""

from sidecar.control.admission.cluster import Cluster
from sidecar.control.admission.namespaces import Namespaces
from tests.k8s.api_server import ApiServer


async def test_asked_once_in_a_while(api: ApiServer, cluster: Cluster) -> None:
    now = [0.0]
    found = Namespaces(cluster, lambda: now[0])
    api.namespace("agents", team="a")
    assert await found.labels("agents") == {"team": "a"}
    api.namespace("agents", team="b")
    assert await found.labels("agents") == {"team": "a"}
    assert len(api.asked) == 1
    now[0] = 6.0
    assert await found.labels("agents") == {"team": "b"}


async def test_what_is_asked_for_anew_is_of_now(api: ApiServer, cluster: Cluster) -> None:
    found = Namespaces(cluster, lambda: 0.0)
    api.namespace("agents", team="a")
    await found.labels("agents")
    api.namespace("agents", team="b")
    assert await found.labels("agents", anew=True) == {"team": "b"}
    assert await found.labels("agents") == {"team": "b"}


async def test_unknown_while_nobody_says(api: ApiServer, cluster: Cluster) -> None:
    found = Namespaces(cluster, lambda: 0.0)
    assert await found.labels("nowhere") is None
    api.failing = 9
    assert await found.labels("agents") is None


async def test_all_but_those_that_go(api: ApiServer, cluster: Cluster) -> None:
    api.namespace("a", x="1")
    api.put("/api/v1/namespaces/b", {"status": {"phase": "Terminating"}})
    assert await Namespaces(cluster, lambda: 0.0).all() == {"a": {"x": "1"}}
