"""The listener for what the data plane sends on by itself: a socket of its owner, and the same key to every door."""

from typing import Any

from sidecar.extproc.heads import ROUTE
from tests.unit.extproc.bootstrap.examples import SPEC, manager, mapping


def listener(**changed: Any) -> Any:
    return mapping(**changed)["static_resources"]["listeners"][1]


def connection_manager() -> Any:
    return listener()["filter_chains"][0]["filters"][0]["typed_config"]


def routes(made: Any) -> list[Any]:
    (host,) = made["route_config"]["virtual_hosts"]
    return list(host["routes"])


def test_it_is_a_socket_that_only_its_owner_can_reach() -> None:
    assert listener()["address"] == {"pipe": {"path": "/run/onward_x.sock", "mode": 0o600}}
    assert str(SPEC.onward) == "/run/onward_x.sock"


def test_it_leads_where_the_gate_does_by_the_same_secret_and_nowhere_else() -> None:
    here, there = routes(connection_manager()), routes(manager())
    assert here[:-1] == [route for route in there if "route" in route]
    assert here[-1] == there[-1]
    assert here[-1]["direct_response"]["status"] == 403
    for route in here[:-1]:
        assert [one["name"] for one in route["match"]["headers"]] == [ROUTE]
        assert ROUTE in route["request_headers_to_remove"]


def test_nothing_but_the_router_stands_before_it() -> None:
    made = connection_manager()
    assert [one["name"] for one in made["http_filters"]] == ["envoy.filters.http.router"]
    assert "normalize_path" not in made
    assert made["stream_idle_timeout"] == manager()["stream_idle_timeout"]
