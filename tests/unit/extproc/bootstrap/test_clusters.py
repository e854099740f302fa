"""Where Envoy may connect to, and how it makes sure whom it has reached."""

from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.bootstrap import clusters
from sidecar.extproc.bootstrap.document import as_mapping
from sidecar.extproc.bootstrap.spec import ConnectionSpec
from tests.unit.extproc.bootstrap.examples import CLAUDE, COMPANY, LOCAL, SPEC, cluster, mapping


def test_every_connection_and_every_remote_key_set_has_its_cluster() -> None:
    names = [c["name"] for c in mapping(providers=(COMPANY, LOCAL))["static_resources"]["clusters"]]
    assert names == ["data_plane", "upstream_claude", "upstream_tickets", "keys_company"]


def test_the_data_plane_is_a_socket_that_must_answer_pings() -> None:
    found = cluster("data_plane")
    assert "/run/x.sock" in str(found["load_assignment"])
    options = found["typed_extension_protocol_options"][clusters.HTTP_OPTIONS]
    ping = options["explicit_http_config"]["http2_protocol_options"]["connection_keepalive"]
    assert ping == {"interval": "10s", "timeout": "5s"}


def test_tls_is_to_this_host_and_no_other() -> None:
    tls = cluster("upstream_claude")["transport_socket"]["typed_config"]
    validation = tls["common_tls_context"]["validation_context"]
    assert tls["sni"] == "api.example.com"
    assert validation["trusted_ca"] == {"filename": "/ca.crt"}
    assert validation["match_typed_subject_alt_names"] == [{"san_type": "DNS", "matcher": {"exact": "api.example.com"}}]


def test_an_address_is_checked_as_an_address() -> None:
    found = cluster("upstream_claude", connections=(ConnectionSpec("claude", "https://10.0.0.1"),))
    tls = found["transport_socket"]["typed_config"]
    assert "sni" not in tls
    names = tls["common_tls_context"]["validation_context"]["match_typed_subject_alt_names"]
    assert names == [{"san_type": "IP_ADDRESS", "matcher": {"exact": "10.0.0.1"}}]


def test_plain_http_to_an_address_needs_no_name_and_no_tls() -> None:
    found = cluster("upstream_tickets")
    assert found.get("type", "STATIC") == "STATIC"
    assert "transport_socket" not in found


def test_nothing_is_retried_by_a_cluster() -> None:
    for found in mapping()["static_resources"]["clusters"]:
        assert found["circuit_breakers"]["thresholds"][0]["max_retries"] == 0


def test_a_system_without_authorities_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "CA_BUNDLES", (Path("/nowhere/at/all.crt"),))
    with pytest.raises(ConfigurationError, match="no bundle of certificate authorities"):
        as_mapping(replace(SPEC, upstream_ca=None, connections=(CLAUDE,)))


def test_all_addresses_of_a_name_are_tried_in_turn() -> None:
    config = cluster("upstream_claude")["cluster_type"]["typed_config"]
    assert (config["dns_lookup_family"], config["all_addresses_in_single_endpoint"]) == ("ALL", True)
