"""The small words."""

from envoy_data_plane.envoy.extensions.filters.http.router import v3 as router

from sidecar.extproc.bootstrap.pack import http_filter, one_endpoint, pipe, seconds, tcp


def test_a_filter_is_packed_with_its_type() -> None:
    made = http_filter("router", router.Router(suppress_envoy_headers=True)).to_dict()
    assert made["name"] == "envoy.filters.http.router"
    assert made["typedConfig"] == {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
        "suppressEnvoyHeaders": True,
    }


def test_addresses() -> None:
    assert tcp("127.0.0.1", 1).to_dict() == {"socketAddress": {"address": "127.0.0.1", "portValue": 1}}
    assert pipe("/x").to_dict() == {"pipe": {"path": "/x"}}
    assert one_endpoint("c", pipe("/x")).cluster_name == "c"


def test_seconds_keep_their_fraction() -> None:
    assert seconds(0.25).total_seconds() == 0.25
