"""What a pod's own identity adds to the filters."""

from pathlib import Path
from typing import Any

from sidecar.extproc.bootstrap.spec import ProviderSpec, WorkloadSpec
from sidecar.extproc.bootstrap.workload import workload_filters
from tests.unit.extproc.bootstrap.examples import http_filter, manager

POD = ProviderSpec("pod", "https://cluster.example", ("gatehouse",), jwks_url="https://control.example/keys")
SPEC = WorkloadSpec(POD, Path("/secrets/token"), "gatehouse")


def names(**changed: Any) -> list[str]:
    return [one["name"].removeprefix("envoy.filters.http.") for one in manager(**changed)["http_filters"]]


def test_elsewhere_there_is_nothing_of_it() -> None:
    assert workload_filters(None) == []


def test_the_pod_speaks_before_anyone_is_asked() -> None:
    assert names(workload=SPEC)[1:6] == [
        "stand_in.authorization",
        "stand_in.x-api-key",
        "set_filter_state",
        "header_mutation",
        "jwt_authn",
    ]


def test_the_tokens_folder_is_watched() -> None:
    (noted,) = manager(workload=SPEC)["http_filters"][3]["typed_config"]["on_request_headers"]
    text = noted["format_string"]["text_format_source"]["inline_string"]
    assert text == "%FILE_CONTENT(/secrets/token:/secrets)%"


def test_only_exactly_the_stand_in_is_taken_out() -> None:
    for place, header, value in ((1, "authorization", "Bearer gatehouse"), (2, "x-api-key", "gatehouse")):
        config = manager(workload=SPEC)["http_filters"][place]["typed_config"]
        (skipped,) = config["xds_matcher"]["matcher_list"]["matchers"]
        asked = skipped["predicate"]["not_matcher"]["single_predicate"]
        assert asked["input"]["typed_config"]["header_name"] == header
        assert asked["value_match"] == {"exact": value}


def test_the_pod_always_and_a_person_perhaps() -> None:
    config = http_filter("jwt_authn", workload=SPEC)
    assert config["rules"][-1]["requires"] == {
        "requires_all": {
            "requirements": [
                {"provider_name": "pod"},
                {"requires_any": {"requirements": [{"provider_name": "company"}, {"allow_missing": {}}]}},
            ]
        }
    }
    assert config["providers"]["pod"]["from_headers"] == [{"name": "x-gatehouse-workload"}]


def test_a_pod_without_people() -> None:
    config = http_filter("jwt_authn", workload=SPEC, providers=())
    assert config["rules"][-1]["requires"] == {"provider_name": "pod"}
