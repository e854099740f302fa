"""What the control plane's settings must be together."""

from pathlib import Path

import pytest

from sidecar.settings.checks_control import control_checks

EVERYWHERE = "192.0.2.1"
TLS = {"certificate": "c", "key": "k"}


def from_one(kind: str) -> dict[str, object]:
    return {"exchange": {"from": [{"name": "k", "kind": kind}]}}


CASES: list[tuple[str, dict[str, object], str | None]] = [
    ("nothing", {}, None),
    ("not of the right shape", {"control": 7}, None),
    ("console for all, in the clear", {"control": {"listen": {"address": EVERYWHERE}}}, "control.listen.tls"),
    ("console for all", {"control": {"listen": {"address": EVERYWHERE, "tls": TLS}}}, None),
    ("data planes in the clear", {"control": {"gates": {"address": "10.0.0.1"}}}, "control.gates.tls"),
    ("data planes here", {"control": {"gates": {"address": "::1"}}}, None),
    ("an address that is none", {"control": {"gates": {"address": "x"}}}, None),
    ("certificates without TLS", {"control": {"gates": {"client_ca": "a"}}}, "needs control.gates.tls"),
    ("half a pair", {"control": {"link": {"tls": {"certificate": "a"}}}}, "needs key"),
    ("the other half", {"control": {"link": {"tls": {"key": "a"}}}}, "needs certificate"),
    ("signed in by nobody", {"control": {"sign_in": {"provider": "okta"}}}, "'okta' is no source"),
    (
        "signed in by a cluster",
        {"control": {"sign_in": {"provider": "k"}}, "identity": from_one("kubernetes")},
        "'k' is no source of kind oidc",
    ),
    (
        "signed in",
        {"control": {"sign_in": {"provider": "k"}}, "identity": from_one("oidc")},
        None,
    ),
]


@pytest.mark.parametrize(("note", "raw", "why"), CASES, ids=[case[0] for case in CASES])
def test_together(note: str, raw: dict[str, object], why: str | None) -> None:
    said = [sentence for _, sentence in control_checks(raw, Path())]
    assert len(said) == (why is not None)
    assert why is None or why in said[0]
