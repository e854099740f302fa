"""The gate's containers: restricted, each with what it needs and no more."""

import pytest

from sidecar.control.admission.sidecars import PREPARE, Plan, planned
from sidecar.control.admission.wishes import Wishes
from tests.k8s.release import env, release


def plan(native: bool = True, wishes: Wishes | None = None, **changed: object) -> Plan:
    return planned(release(**changed), wishes or Wishes("claude"), native)


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("user", [65532, None])
def test_all_are_restricted(native: bool, user: int | None) -> None:
    for one in plan(native, user=user).all:
        security = one["securityContext"]
        assert (security["runAsNonRoot"], security["readOnlyRootFilesystem"]) == (True, True)
        assert (security["allowPrivilegeEscalation"], security["capabilities"]) == (False, {"drop": ["ALL"]})
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert security.get("runAsUser") == user


def test_order_and_probes() -> None:
    made = plan()
    assert [one["name"] for one in made.init] == ["gatehouse-bootstrap", "gatehouse-data-plane", "gatehouse-envoy"]
    assert "startupProbe" not in made.init[0]
    assert all("startupProbe" in one for one in made.init[1:])


def test_envoy_is_asked_from_within_its_container() -> None:
    envoy = plan().init[2]
    assert "httpGet" not in envoy["startupProbe"]
    assert "127.0.0.1/15080" in envoy["startupProbe"]["exec"]["command"][2]


def test_the_secret_of_the_life_before_goes() -> None:
    lines = PREPARE.splitlines()
    assert lines.index("umask 077") < next(i for i, line in enumerate(lines) if "route.secret" in line)
    assert "envoy config" in lines[-1]


def test_wishes_are_followed() -> None:
    wishes = Wishes("claude", log_level="debug", resources={"envoy": {"requests": {"cpu": "9"}}, "data_plane": {}})
    made = plan(wishes=wishes)
    assert env(made.init[1])["GATEHOUSE_LOG_LEVEL"] == "debug"
    assert made.init[2]["resources"] == {"requests": {"cpu": "9"}}
    assert made.init[1]["resources"] == {}


def test_a_pod_can_have_limits_of_everything() -> None:
    """As a quota may want, or the class "guaranteed"."""
    all_of_it = {kind: {"cpu": "1", "memory": "1Gi"} for kind in ("requests", "limits")}
    made = plan(wishes=Wishes("claude", resources={"envoy": all_of_it, "data_plane": all_of_it}))
    assert [one["resources"] for one in made.all] == [all_of_it] * 3


def test_the_classic_ones_drain_and_see_their_settings_for_it() -> None:
    for one in plan(native=False).containers:
        assert one["lifecycle"]["preStop"]["exec"]["command"][:3] == ["gatehouse", "envoy", "drain"]
        assert [mount["mountPath"] for mount in one["volumeMounts"]].count("/etc/gatehouse/config") == 1


def test_envoy_sees_neither_rules_nor_state() -> None:
    paths = {mount["mountPath"] for mount in plan().init[2]["volumeMounts"]}
    of_etc = {"/etc/gatehouse/config", "/etc/gatehouse/identity/partner-keys"}
    assert paths == {"/run/gatehouse", "/tmp", "/var/run/secrets/gatehouse", *of_etc}
