"""What is copied: settings for every choice of policies, the rules, and the authority."""

import json

import pytest

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.sources import sources
from sidecar.settings.webhook import Authorities
from tests.k8s.api_server import ApiServer
from tests.k8s.release import release


async def test_what_a_pod_mounts_is_there(api: ApiServer, cluster: Cluster) -> None:
    made = await sources(cluster, release(), "PEM")
    assert made["gatehouse-authority"] == {"ca.crt": "PEM"}
    assert made["team-policies"] == {"b.yaml": "policy: b\n"}
    assert made["partner-keys"] == {"keys.json": "{}"}
    assert "company-ca" not in made
    api.config_map("gatehouse", "company-ca", {"root.pem": "ROOT"})
    with_own = await sources(cluster, release(authorities=Authorities("company-ca", "root.pem")), "PEM")
    assert with_own["company-ca"] == {"root.pem": "ROOT"}
    settings = made["gatehouse-sidecar"]
    assert settings.keys() == {"gatehouse.yaml", "only-inline.yaml", "only-team-policies.yaml"}
    alone = json.loads(settings["only-inline.yaml"])
    assert alone == {"connections": [{"name": "claude"}], "policies": ["../policies/inline/*.yaml"]}


async def test_no_pod_chooses_itself_out_of_a_signed_bundle(api: ApiServer, cluster: Cluster) -> None:
    written = {"policies": {"files": ["../policies/inline/*.yaml"], "bundle": {"url": "https://rules.example/b"}}}
    api.config_map("gatehouse", "gatehouse-sidecar", {"gatehouse.yaml": json.dumps(written)})
    settings = (await sources(cluster, release(), "PEM"))["gatehouse-sidecar"]
    assert json.loads(settings["only-team-policies.yaml"])["policies"] == {
        "files": ["../policies/team-policies/*.yaml"],
        "bundle": {"url": "https://rules.example/b"},
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [(None, "is not in the namespace gatehouse"), ({}, "no readable"), ({"gatehouse.yaml": "{"}, "no")],
)
async def test_a_release_that_is_not_whole_is_said(
    data: dict[str, str] | None, said: str, api: ApiServer, cluster: Cluster
) -> None:
    if data is None:
        del api.objects["/api/v1/namespaces/gatehouse/configmaps/team-policies"]
    else:
        api.config_map("gatehouse", "gatehouse-sidecar", data)
    with pytest.raises(ClusterFailed, match=said):
        await sources(cluster, release(), "PEM")
