"""The rendered pods run: control plane and gateway as the chart says, `helm test` says yes, and a call goes through.

Strategy: every container of the release as a process with exactly its command, environment and mounts, in namespaces
of their own on this machine (`node.py`); the model is the simulator, tokens are of a provider of the test's own.
"""

import json
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.envoy.certificates import self_signed
from tests.envoy.rig import ISSUER, Tokens
from tests.k8s.rig import ROOT, Object, pods, rendered, values

CONTROL = "gatehouse-control.gatehouse.svc"
GATEWAY = "gatehouse-gateway.gatehouse.svc"
MAIL = "ada.lovelace@example.com"
BODY = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": f"Write to {MAIL}"}]}
AWS = "AKIA" + "IOSFODNN7" + "QWERTYU"
HOUSE = {
    "policy": "house",
    "rules": [
        {
            "id": "closed",
            "where": ["prompt"],
            "match": {"regex": "moonflower"},
            "do": "deny",
            "say": "That is not for here.",
        }
    ],
}


GUIDE = (ROOT / "k8s" / "README.md").read_text()
# What the guide runs in pods by `kubectl exec`, but for what asks the database: there is none here.
TOLD = [
    {"pod": pod, "container": container, "command": shlex.split(command)}
    for pod, container, command in re.findall(
        r"exec deploy/gatehouse-(\w+) (?:-c ([\w-]+) )?-- (gatehouse (?!sessions)[^\n`]+)", GUIDE
    )
]


def given() -> Object:
    jwks = {"file": "../identity/keys/keys.json"}
    provider = {"name": "company", "issuer": ISSUER, "audiences": ["gatehouse"], "jwks": jwks}
    return values(
        "try",
        identity={"providers": [provider], "configMaps": ["keys"]},
        connections=[
            {
                "name": "claude",
                "kind": "claude",
                "url": "http://127.0.0.1:15085",
                "credential": {"from": {"secret": {"name": "upstream", "key": "key"}}},
            }
        ],
        policies={"preset": "strict", "inline": {"house": HOUSE}},
        control__url=f"https://{CONTROL}:15090",
        gateway__drainSeconds=1,
        record={"checkpoints": {"every": "1s"}},
    )


def plan(folder: Path, objects: list[Object], tokens: Tokens) -> Object:
    pair = self_signed(folder, "control", CONTROL)
    maps = {one["metadata"]["name"]: one["data"] for one in objects if one["kind"] == "ConfigMap"}
    specs = {owner.partition("/gatehouse-")[2]: spec for owner, spec in pods(objects)}
    headers = {"authorization": f"Bearer {tokens.mint()}", "anthropic-version": "2023-06-01"}
    secret = {**BODY, "messages": [{"role": "user", "content": AWS}]}
    refused = {**BODY, "messages": [{"role": "user", "content": "What is moonflower?"}]}

    def call(body: Any, **more: str) -> Object:
        return {"url": "http://127.0.0.1:15080/v1/messages", "body": json.dumps(body), "headers": more}

    return {
        "hosts": [CONTROL, GATEWAY],
        "services": [[443, 15090]],
        "pods": {name: specs[name] for name in ("control", "gateway", "test")},
        "sources": {
            "configMap": {**maps, "keys": {"keys.json": tokens.jwks}},
            "secret": {
                "gatehouse-keys": {name: secrets.token_hex(32) for name in ("link-key", "mask-key", "token-key")},
                "gatehouse-tls": {
                    "ca.crt": pair.certificate.read_text(),
                    "tls.crt": pair.certificate.read_text(),
                    "tls.key": pair.key.read_text(),
                },
                "upstream": {"key": secrets.token_hex(16)},
            },
        },
        "told": TOLD,
        "calls": {
            "masked": call(BODY, **headers),
            "secret": call(secret, **headers),
            "refused": call(refused, **headers),
            "nobody": call(BODY),
            "forged": call(BODY, authorization=f"Bearer {Tokens.other().mint()}"),
        },
    }


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Object:
    folder = tmp_path_factory.mktemp("node")
    (folder / "plan.json").write_text(json.dumps(plan(folder, rendered(given()), Tokens())))
    words = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", sys.executable, "-m", "tests.k8s.node"]
    done = subprocess.run([*words, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-5000:]
    found: Object = json.loads((folder / "result.json").read_text())
    return found


def test_helm_test_says_yes(result: Object) -> None:
    code, said = result["test"]
    assert (code, said.count("ok  ")) == (0, 3), said


@pytest.mark.parametrize(
    ("call", "status"), [("masked", 200), ("secret", 200), ("refused", 400), ("nobody", 401), ("forged", 401)]
)
def test_calls(result: Object, call: str, status: int) -> None:
    assert result["calls"][call][0] == status, result["calls"][call][1] + str(result["logs"])


def test_the_policies_are_in_force(result: Object) -> None:
    assert "That is not for here." in result["calls"]["refused"][1]
    assert "[AWS_KEY_ID_" in result["calls"]["secret"][1]
    assert AWS not in json.dumps(result)
    assert metric(result, 'gatehouse_findings_total{action="mask",detector="pii/email"}') == 1


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("audit verify", "complete"),
        ("envoy stats", ""),
        ("console", f"https://{CONTROL}:15090"),
    ],
)
def test_what_the_guide_says_to_run_in_a_pod_runs_there(result: Object, command: str, says: str) -> None:
    code, said = next(
        one for one, told in zip(result["told"], TOLD, strict=True) if " ".join(told["command"][1:]).startswith(command)
    )
    assert code == 0, said
    assert says in said


def metric(result: Object, name: str) -> float:
    return float(next(line.split()[-1] for line in result["metrics"].splitlines() if line.startswith(name + " ")))


def test_the_data_plane_is_linked_and_anchored_over_tls(result: Object) -> None:
    assert metric(result, "gatehouse_control_connected") == 1
    assert metric(result, "gatehouse_anchors_failing") == 0
    assert metric(result, "gatehouse_anchor_lag_checkpoints") == 0


def test_everything_stops_when_it_is_told(result: Object) -> None:
    assert result["stopped"] == {"gateway": {"envoy": 0, "data-plane": 0}, "control": {"control": 0}}
