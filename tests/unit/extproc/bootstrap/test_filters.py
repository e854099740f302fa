"""The filters, their order, and that none of them lets anything pass."""

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.heads import CREDENTIALS
from tests.unit.extproc.bootstrap.examples import COMPANY, LOCAL, UPGRADING, http_filter, manager, mapping


def test_order() -> None:
    names = [f["name"].removeprefix("envoy.filters.http.") for f in manager()["http_filters"]]
    assert names == ["set_filter_state", "jwt_authn", "buffer", "header_mutation", "ext_proc", "router"]


def test_a_token_is_asked_of_everything_but_the_probes() -> None:
    rules = http_filter("jwt_authn")["rules"]
    free = [rule["match"]["path"] for rule in rules if "requires" not in rule]
    assert free == ["/", "/api/hello"]
    asked = [next(iter(rule["match"])) for rule in rules if "requires" in rule]
    assert asked == ["prefix", "connect_matcher", "safe_regex"]


def test_tokens_are_taken_out_and_must_end() -> None:
    provider = http_filter("jwt_authn")["providers"]["company"]
    assert not provider.get("forward", False)
    assert provider["require_expiration"]
    assert [header["name"] for header in provider["from_headers"]] == ["authorization", "x-api-key"]


def test_several_providers_any_of_which_will_do() -> None:
    config = http_filter("jwt_authn", providers=(COMPANY, LOCAL))
    assert config["rules"][-1]["requires"] == {
        "requires_any": {"requirements": [{"provider_name": "company"}, {"provider_name": "local"}]}
    }
    assert config["providers"]["local"]["local_jwks"] == {"filename": "/keys/jwks.json"}
    assert config["providers"]["local"]["payload_in_metadata"] == "local"


def test_no_provider_at_all_is_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="at least one"):
        mapping(providers=())


def test_no_credential_reaches_the_data_plane() -> None:
    mutations = http_filter("header_mutation")["mutations"]["request_mutations"]
    assert {mutation["remove"] for mutation in mutations} == CREDENTIALS


def test_the_body_limit() -> None:
    assert http_filter("buffer", body_limit=5)["max_request_bytes"] == 5


def test_the_data_plane_is_asked_about_everything_and_no_answer_means_no() -> None:
    config = http_filter("ext_proc")
    assert not config.get("failure_mode_allow", False)
    assert not config.get("allow_mode_override", False)
    assert not config.get("disable_immediate_response", False)
    modes = set(config["processing_mode"].values())
    assert modes == {"SEND", "FULL_DUPLEX_STREAMED"}
    assert len(config["processing_mode"]) == 6
    assert config["mutation_rules"]["disallow_is_error"]
    assert config["metadata_options"]["forwarding_namespaces"] == {"untyped": ["envoy.filters.http.jwt_authn"]}


def test_an_upgrade_meets_the_same_but_nobody_waits_for_what_has_no_end() -> None:
    usual = [one["name"] for one in manager()["http_filters"]]
    (upgrade,) = manager(connections=UPGRADING)["upgrade_configs"]
    assert [one["name"] for one in upgrade["filters"]] == [one for one in usual if not one.endswith(".buffer")]
    (processor,) = [one["typed_config"] for one in upgrade["filters"] if one["name"].endswith("ext_proc")]
    mode = processor.pop("processing_mode")
    # Trailers never come: asked for, they keep the stream open by which a socket can be cut.
    assert (mode["request_trailer_mode"], mode["response_trailer_mode"]) == ("SEND", "SEND")
    assert not {"request_body_mode", "response_body_mode"} & set(mode)
    plain = http_filter("ext_proc")
    plain.pop("processing_mode")
    assert processor == plain
