"""How Envoy reads HTTP from agents."""

from pathlib import Path

from sidecar.extproc.bootstrap.spec import TlsSpec
from tests.unit.extproc.bootstrap.examples import UPGRADING, manager, mapping


def test_nothing_cuts_a_long_stream_or_a_held_call() -> None:
    config = manager()
    assert config["stream_idle_timeout"] == "3600s"
    assert "max_stream_duration" not in config["common_http_protocol_options"]
    assert config["request_timeout"] == "300s"  # for the request to come in; it ends when it has


def test_one_path_one_meaning() -> None:
    config = manager()
    assert config["normalize_path"]
    assert config["merge_slashes"]
    assert config["path_with_escaped_slashes_action"] == "REJECT_REQUEST"
    assert config["common_http_protocol_options"]["headers_with_underscores_action"] == "DROP_HEADER"


def test_forged_headers_of_ours_go_before_any_filter() -> None:
    (early,) = manager()["early_header_mutation_extensions"]
    assert early["typed_config"]["mutations"] == [{"remove": "x-gatehouse-route"}, {"remove": "x-gatehouse-workload"}]


def test_nobody_is_internal() -> None:
    config = manager()
    assert config["use_remote_address"]
    assert config["internal_address_config"]["cidr_ranges"] == [{"address_prefix": "192.0.2.1", "prefix_len": 32}]


def test_no_upgrades_but_where_a_connection_takes_them() -> None:
    assert "upgrade_configs" not in manager()
    (one,) = manager(connections=UPGRADING)["upgrade_configs"]
    assert one["upgrade_type"] == "websocket"
    assert one["filters"]
    # Over HTTP/2 nobody can ask for one: Envoy does not say that it would understand it.
    assert "allow_connect" not in manager(connections=UPGRADING)["http2_protocol_options"]


def test_tls_only_where_it_is_configured() -> None:
    plain = mapping()["static_resources"]["listeners"][0]["filter_chains"][0]
    assert "transport_socket" not in plain
    spec = TlsSpec(Path("/c.pem"), Path("/k.pem"))
    chain = mapping(tls=spec)["static_resources"]["listeners"][0]["filter_chains"][0]
    (certificate,) = chain["transport_socket"]["typed_config"]["common_tls_context"]["tls_certificates"]
    assert certificate == {"certificate_chain": {"filename": "/c.pem"}, "private_key": {"filename": "/k.pem"}}
