"""Annotations: what an owner may choose, and what is said to a wrong choice."""

import pytest

from sidecar.control.admission.review import Refusal
from sidecar.control.admission.wishes import wishes
from tests.k8s.release import pod, release

G = "gatehouse.dev/"


def of(**annotations: str) -> object:
    written = {G + name.replace("_", "-"): value for name, value in annotations.items()}
    return wishes(pod(annotations=written), release())


def test_nothing_said_is_the_releases() -> None:
    found = wishes(pod(), release())
    assert (found.connection, found.policy, found.log_level, found.excluded) == ("claude", None, None, frozenset())
    assert found.resources["envoy"]["requests"] == {"cpu": "50m", "memory": "96Mi"}


def test_everything_said() -> None:
    annotations = {
        f"{G}connection": "batch",
        f"{G}policy": "team-policies",
        f"{G}log-level": "debug",
        f"{G}excluded-containers": "agent, ",
        f"{G}envoy-cpu": "1",
        f"{G}data-plane-memory": "2Gi",
        f"{G}data-plane-memory-limit": "2Gi",
        f"{G}data-plane-cpu-limit": "1.5",
        "other.example/x": "y",
    }
    found = wishes(pod(annotations=annotations), release())
    assert (found.connection, found.policy, found.log_level) == ("batch", "team-policies", "debug")
    assert found.excluded == {"agent"}
    assert found.resources["envoy"]["requests"] == {"cpu": "1", "memory": "96Mi"}
    assert found.resources["data_plane"] == {
        "requests": {"cpu": "100m", "memory": "2Gi"},
        "limits": {"memory": "2Gi", "cpu": "1.5"},
    }


@pytest.mark.parametrize(
    ("annotations", "said"),
    [
        ({"connection": "other"}, "gatehouse.dev/connection is 'other': set it to one of claude, batch"),
        ({"policy": "../secrets"}, "gatehouse.dev/policy is '../secrets': set it to one of inline, team-policies"),
        ({"log_level": "loud"}, "one of debug, info"),
        (
            {"excluded_containers": "agent,nobody"},
            "'nobody', which is none of the pod's containers: name some of agent",
        ),
        ({"envoy_cpu": "much"}, "envoy-cpu is 'much': write an amount"),
        ({"envoy_memory": "0"}, "write an amount"),
        ({"envoy_memory": "-1Gi"}, "write an amount"),
        ({"envoy_memory": "1Gi"}, "envoy-memory-limit so that the limit is not smaller"),
        ({"data_plane_memory_limit": "1Mi"}, "with a limit of 1Mi"),
        ({"conection": "claude"}, "there is no annotation gatehouse.dev/conection: the known ones are connection"),
        ({"inject": "true"}, "it is a label"),
    ],
)
def test_a_wrong_value_is_refused_with_the_remedy(annotations: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal) as raised:
        of(**annotations)
    assert said in str(raised.value)
