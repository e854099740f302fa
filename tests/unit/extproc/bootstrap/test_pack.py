"""The small words."""

from sidecar.extproc.bootstrap.envoy import router
from sidecar.extproc.bootstrap.pack import http_filter, one_endpoint, pipe, seconds, tcp


def test_a_filter_is_packed_with_its_type() -> None:
    made = http_filter("router", router.Router(suppress_envoy_headers=True)).mapping()
    assert made["name"] == "envoy.filters.http.router"
    assert made["typed_config"] == {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
        "suppress_envoy_headers": True,
    }


def test_addresses() -> None:
    assert tcp("127.0.0.1", 1).mapping() == {"socket_address": {"address": "127.0.0.1", "port_value": 1}}
    assert pipe("/x").mapping() == {"pipe": {"path": "/x"}}
    assert one_endpoint("c", pipe("/x")).mapping()["cluster_name"] == "c"


def test_seconds_keep_their_fraction() -> None:
    assert seconds(0.25).total_seconds() == 0.25
