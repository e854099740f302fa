"""A line for each request, with nothing in it that opens or tells anything."""

from pathlib import Path

from sidecar.extproc.bootstrap.access_log import FIELDS
from tests.unit.extproc.bootstrap.examples import manager


def test_no_field_can_hold_a_credential_a_query_or_a_claim() -> None:
    text = str(FIELDS).lower()
    for forbidden in (
        "authorization",
        "api-key",
        "cookie",
        "gatehouse-route",
        "path",
        "dynamic_metadata",
        "query",
    ):
        assert forbidden not in text


def test_standard_output_or_a_file() -> None:
    assert manager()["access_log"][0]["name"] == "envoy.access_loggers.stdout"
    to_file = manager(access_log=Path("/log/a.json"))["access_log"][0]
    assert to_file["typed_config"]["path"] == "/log/a.json"
