"""Specifications that the tests of the bootstrap start from."""

from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sidecar.extproc.bootstrap.document import as_mapping
from sidecar.extproc.bootstrap.spec import BootstrapSpec, ConnectionSpec, ProviderSpec

COMPANY = ProviderSpec("company", "https://id.example.com", ("gatehouse",), jwks_url="https://id.example.com/keys")
LOCAL = ProviderSpec("local", "https://local.example.com", ("a", "b"), jwks_file=Path("/keys/jwks.json"))
CLAUDE = ConnectionSpec("claude", "https://api.example.com")
TICKETS = ConnectionSpec("tickets", "http://10.0.0.7:8080/mcp")
# For `connections=`: the second one takes WebSockets.
UPGRADING = (CLAUDE, ConnectionSpec("live", "http://10.0.0.8:8080", websocket=True))
SPEC = BootstrapSpec(Path("/run/x.sock"), "s3cret", (COMPANY,), (CLAUDE, TICKETS), upstream_ca=Path("/ca.crt"))


# Made once each: typed messages cost a tenth of a second.
_made = cache(as_mapping)


def mapping(**changed: Any) -> Any:
    """The bootstrap of the example specification, with changes, as plain values."""
    return deepcopy(_made(replace(SPEC, **changed)))


def manager(**changed: Any) -> Any:
    listener = mapping(**changed)["static_resources"]["listeners"][0]
    return listener["filter_chains"][0]["filters"][0]["typed_config"]


def http_filter(name: str, **changed: Any) -> Any:
    found = [f for f in manager(**changed)["http_filters"] if f["name"] == f"envoy.filters.http.{name}"]
    return found[0]["typed_config"]


def cluster(name: str, **changed: Any) -> Any:
    return next(c for c in mapping(**changed)["static_resources"]["clusters"] if c["name"] == name)
