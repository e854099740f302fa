"""Volumes of the gate: which there are, and what each becomes."""

from sidecar.control.admission.sidecars import planned
from sidecar.control.admission.volumes import Use, mounts, only, places
from sidecar.control.admission.wishes import Wishes
from sidecar.settings.webhook import Authorities
from tests.k8s.release import release


def by_name(policy: str | None = None, **changed: object) -> dict[str, dict[str, object]]:
    return {place.name: place.volume for place in places(release(**changed), policy)}


def test_every_name_is_ours_and_stands_once() -> None:
    found = places(release(), None)
    assert len({place.name for place in found}) == len({place.path for place in found}) == len(found)
    assert all(str(place.volume["name"]).startswith("gatehouse-") for place in found)


def test_paths_are_those_of_the_settings() -> None:
    paths = {place.path for place in places(release(), None)}
    assert {
        "/etc/gatehouse/config",
        "/etc/gatehouse/policies/inline",
        "/etc/gatehouse/policies/team-policies",
        "/etc/gatehouse/identity/partner-keys",
        "/etc/gatehouse/secrets/gatehouse-keys",
        "/etc/gatehouse/csi/vault-models",
        "/etc/gatehouse/authority",
        "/var/run/secrets/gatehouse",
    } <= paths


def test_one_folder_of_policies_brings_settings_that_know_no_other() -> None:
    found = by_name("team-policies")
    assert "policies-0" not in found
    assert found["policies-1"]["configMap"] == {"name": "team-policies"}
    items = [{"key": only("team-policies"), "path": "gatehouse.yaml"}]
    assert found["config"]["configMap"] == {"name": "gatehouse-sidecar", "items": items}


def test_the_spool_is_on_the_node_or_on_a_volume_that_goes_with_the_pod() -> None:
    assert by_name()["state"] == {"name": "gatehouse-state", "emptyDir": {"sizeLimit": "1Gi"}}
    claim = by_name(spool_class="fast")["state"]["ephemeral"]["volumeClaimTemplate"]["spec"]  # type: ignore[index]
    assert (claim["storageClassName"], claim["resources"]["requests"]) == ("fast", {"storage": "1Gi"})


def test_the_token_is_for_the_gate_alone_and_only_where_it_is_used() -> None:
    source = by_name()["token"]["projected"]["sources"][0]["serviceAccountToken"]  # type: ignore[index]
    assert source == {"path": "token", "audience": "gatehouse", "expirationSeconds": 3600}
    assert "token" not in by_name(token=False)


def test_authorities_of_the_values_stand_where_they_are_joined_with_the_public_ones() -> None:
    assert "authorities" not in by_name()
    made = release(authorities=Authorities("company-ca", "root.pem"))
    place = next(one for one in places(made, None) if one.name == "authorities")
    assert place.path == "/etc/gatehouse/authorities"
    assert place.source == {"configMap": {"name": "company-ca", "items": [{"key": "root.pem", "path": "ca.crt"}]}}
    assert place.mount in planned(made, Wishes("claude"), native=True).init[0]["volumeMounts"]


def test_only_what_is_named_is_mounted() -> None:
    found = mounts(places(release(), None), Use.TOKEN, Use.RUN)
    assert found == [
        {"name": "gatehouse-run", "mountPath": "/run/gatehouse"},
        {"name": "gatehouse-token", "mountPath": "/var/run/secrets/gatehouse", "readOnly": True},
    ]
