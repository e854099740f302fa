"""No path leads to an upstream; only the header with the secret does."""

from typing import Any

from sidecar.extproc.bootstrap.routes import NEVER_SENT
from sidecar.extproc.heads import ROUTE
from tests.unit.extproc.bootstrap.examples import UPGRADING, manager


def routes(**changed: Any) -> list[Any]:
    (host,) = manager(**changed)["route_config"]["virtual_hosts"]
    return list(host["routes"])


def test_every_route_to_an_upstream_needs_the_secret_of_that_upstream() -> None:
    leading = [route for route in routes() if "route" in route]
    assert [route["route"]["cluster"] for route in leading] == ["upstream_claude", "upstream_tickets"]
    for route in leading:
        name = route["route"]["cluster"].removeprefix("upstream_")
        assert route["match"]["headers"] == [{"name": ROUTE, "string_match": {"exact": f"s3cret.{name}"}}]
        assert ROUTE in route["request_headers_to_remove"]


def test_who_leaves_http_has_a_route_of_its_own_and_no_other() -> None:
    leading = [route for route in routes(connections=UPGRADING) if "route" in route]
    asked = {"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}
    assert [(route["name"], *route["match"]["headers"]) for route in leading] == [
        ("claude", key("s3cret.claude"), {"name": "upgrade", "present_match": False}),
        ("live", key("s3cret.live"), {"name": "upgrade", "present_match": False}),
        ("live", key("s3cret.live!websocket"), asked),
    ]
    assert all(ROUTE in route["request_headers_to_remove"] for route in leading)


def key(value: str) -> object:
    return {"name": ROUTE, "string_match": {"exact": value}}


def test_an_answer_begins_only_for_the_data_plane_and_leads_nowhere() -> None:
    (waiting,) = [route for route in routes() if route["name"] == "waiting"]
    assert waiting["match"]["headers"] == [{"name": ROUTE, "string_match": {"exact": "s3cret!waiting"}}]
    assert waiting["direct_response"] == {"status": 200, "body": {"inline_string": ": waiting"}}


def test_the_last_route_is_a_403() -> None:
    last = routes()[-1]
    assert last["match"] == {"prefix": "/"}
    assert last["direct_response"]["status"] == 403


def test_probes_stand_first_and_lead_nowhere() -> None:
    probes = [route for route in routes() if route["name"] == "probe"]
    assert probes == routes()[: len(probes)]
    assert [(p["match"]["path"], p["direct_response"]["status"]) for p in probes] == [("/", 200), ("/api/hello", 200)]


def test_no_route_times_out_or_retries() -> None:
    for route in routes():
        if "route" in route:
            assert route["route"]["timeout"] == "0s"
            assert "retry_policy" not in route["route"]


def test_the_upstream_gets_its_own_host() -> None:
    hosts = [route["route"]["host_rewrite_literal"] for route in routes() if "route" in route]
    assert hosts == ["api.example.com", "10.0.0.7:8080"]


def test_nothing_about_the_client_is_sent() -> None:
    assert {"x-forwarded-for", "x-envoy-external-address", "x-request-id"} <= {*NEVER_SENT}
