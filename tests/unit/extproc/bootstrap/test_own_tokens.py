"""Copies of callers' tokens, where a connection exchanges them."""

from pathlib import Path

from sidecar.extproc.bootstrap.own_tokens import own_token_filters
from sidecar.extproc.bootstrap.spec import WorkloadSpec
from tests.unit.extproc.bootstrap.examples import COMPANY, manager


def test_elsewhere_there_are_none() -> None:
    assert own_token_filters(False) == []
    assert "x-gatehouse-own" not in repr(manager())


def test_they_are_made_before_tokens_are_taken_out_and_never_come_from_a_client() -> None:
    pod = WorkloadSpec(COMPANY, Path("/secrets/token"), "gatehouse")
    filters = manager(own_tokens=True, workload=pod)["http_filters"]
    place = next(n for n, one in enumerate(filters) if "x-gatehouse-own" in repr(one))
    assert filters[place + 1]["name"] == "envoy.filters.http.jwt_authn"
    assert "x-gatehouse-workload" in repr(filters[place - 1])
    changes = filters[place]["typed_config"]["mutations"]["request_mutations"]
    assert [one.get("remove") for one in changes[:3]] == [
        "x-gatehouse-own-authorization",
        "x-gatehouse-own-key",
        "x-gatehouse-own-workload",
    ]
    assert [one["append"]["header"]["value"] for one in changes[3:]] == [
        "%REQ(authorization)%",
        "%REQ(x-api-key)%",
        "%REQ(x-gatehouse-workload)%",
    ]
