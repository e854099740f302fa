"""What an uninstall takes out of the cluster, and what it leaves."""

from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.control.admission.clearing import cleared, names
from sidecar.control.admission.cluster import Cluster
from sidecar.control.admission.copies import COPY_OF, Copies
from sidecar.control.admission.keeping import MANAGED
from sidecar.control.admission.namespaces import Namespaces
from sidecar.settings.values import Log, Metrics
from sidecar.settings.webhook import Authorities, Certificates, ClusterAccess, Webhook
from tests.k8s.api_server import ApiServer
from tests.k8s.release import release

SECRET = "/api/v1/namespaces/gatehouse/secrets/gatehouse-tls"
LABEL = {"gatehouse.dev/injected-by": "gatehouse.gatehouse"}


@pytest.fixture
def settings(access: tuple[ApiServer, ClusterAccess], tmp_path: Path) -> Webhook:
    own = Certificates(True, tmp_path, "gatehouse-tls", ("a.svc",), "gate", "gate")
    here = ("127.0.0.1", 0)
    log = Log("info", "json")
    return Webhook("g", "gatehouse", *here, Metrics(*here), log, own, access[1], "/inject", "/policies", release())


@pytest.fixture
async def api_with_copies(api: ApiServer, cluster: Cluster) -> ApiServer:
    """In two namespaces, made by the webhook."""
    spaces = Namespaces(cluster, lambda: 0.0)
    copies = Copies(cluster, spaces, release(), lambda: "PEM", lambda *_: True, lambda: 0.0)
    await copies.refresh()
    for name in ("gatehouse", "agents", "ci"):
        api.namespace(name)
    for name in ("agents", "ci"):
        await copies.ensure(name)
    api.put(SECRET, {"metadata": {"labels": MANAGED}})
    return api


def left(api: ApiServer, namespace: str) -> list[str]:
    return sorted(path.rsplit("/", 1)[1] for path in api.objects if f"/{namespace}/configmaps/" in path)


async def test_copies_and_the_certificate_go(api_with_copies: ApiServer, cluster: Cluster, settings: Webhook) -> None:
    api_with_copies.config_map("agents", "theirs", {"a": "1"})
    done = await cleared(cluster, settings, regardless=False)
    assert (left(api_with_copies, "agents"), left(api_with_copies, "ci")) == (["theirs"], [])
    assert SECRET not in api_with_copies.objects
    assert len(done.gone) == 2 * len(names(release())) + 1
    assert done.kept == ()
    assert len(left(api_with_copies, "gatehouse")) == 4
    assert (await cleared(cluster, settings, regardless=False)).gone == ()


async def test_what_a_pod_still_goes_by_stays(api_with_copies: ApiServer, cluster: Cluster, settings: Webhook) -> None:
    api_with_copies.put("/api/v1/namespaces/ci/pods/build", {"metadata": {"labels": LABEL}})
    done = await cleared(cluster, settings, regardless=False)
    assert done.kept == ("ci",)
    assert left(api_with_copies, "ci") == sorted(names(release()))
    assert left(api_with_copies, "agents") == []
    assert (await cleared(cluster, settings, regardless=True)).kept == ()
    assert left(api_with_copies, "ci") == []


async def test_of_others_nothing_goes(api_with_copies: ApiServer, cluster: Cluster, settings: Webhook) -> None:
    place = "/api/v1/namespaces/agents/configmaps/team-policies"
    api_with_copies.put(place, {"metadata": {"labels": {COPY_OF: "another"}}})
    api_with_copies.put(SECRET, {"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}})
    await cleared(cluster, settings, regardless=False)
    assert place in api_with_copies.objects
    assert SECRET in api_with_copies.objects


async def test_a_certificate_that_others_made_is_not_even_looked_at(
    api: ApiServer, cluster: Cluster, settings: Webhook
) -> None:
    theirs = replace(settings, certificates=replace(settings.certificates, self_managed=False))
    await cleared(cluster, theirs, regardless=False)
    assert not any("secrets" in path for _, path in api.asked)


def test_names_are_those_of_the_copies() -> None:
    made = release(authorities=Authorities("company-ca", "ca.crt"))
    assert set(names(made)) == {
        *("gatehouse-sidecar", "gatehouse-authority", "gatehouse-policies", "team-policies", "partner-keys"),
        "company-ca",
    }
