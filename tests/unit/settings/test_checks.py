"""What several settings must be together."""

from pathlib import Path

import pytest

from sidecar.core.model.document import read_yaml
from sidecar.settings.checks import cross_checks

DEV = "development: {identity: true}\n"
TWO = "connections: [{name: a, path: /p}, {name: b, path: /q}]\n"


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        (DEV, [], "a laptop"),
        (DEV + TWO, [], "two connections"),
        ("", ["1: identity: nobody", "1: policies: is required"], "nothing that would let anyone in"),
        (
            "identity: {providers: []}\n",
            ["1: identity: nobody", "1: policies: is required"],
            "an empty list is nobody too",
        ),
        ("identity: {providers: [{name: a}]}\n", ["1: policies: is required"], "a provider, but no rules"),
        (DEV + "listen: {address: 0.0.0.0}", ["1: development.identity: the development identity"], "open to all"),
        (
            DEV + "identity: {workload: {jwks: {file: k}}}\nlisten: {address: 192.0.2.7}",
            ["2: identity.workload: whoever reaches 192.0.2.7", "1: development.identity: the development"],
            "a pod's own identity, open to all",
        ),
        ("identity: {workload: {jwks: {file: k}}}\n", ["1: policies: is required"], "a pod, but no rules"),
        (DEV + "listen: {address: localhost}", [], "localhost is loopback"),
        (DEV + "listen: {address: '::1'}", [], "so is ::1"),
        (
            DEV + "connections: [{name: a}, {name: b}, {name: a}]",
            ["2: connections.2.name: the connection name 'a' is already taken"],
            "names",
        ),
        (
            DEV + "connections:\n- {name: a, path: /p}\n- {name: b, path: /p}",
            ["4: connections.1.path: the path '/p' is already taken (connection 'a')"],
            "paths",
        ),
        (DEV + "connections: [{path: /c/x}]", ["2: connections.0.path: '/c/x' begins with a path"], "taken: /c"),
        (DEV + "connections: [{path: /v1}]", ["2: connections.0.path: '/v1' begins with a path"], "taken: /v1"),
        (DEV + "connections: [{path: /v11}]", [], "not taken"),
        (
            DEV + "connections: [{credential: {header: Host}}]",
            ["2: connections.0.credential.header: 'host' cannot carry"],
            "a header that routes",
        ),
        (
            DEV + "connections: [{credential: {header: x-gatehouse-route}}]",
            ["2: connections.0.credential.header: 'x-gatehouse-route' cannot carry"],
            "a header of ours",
        ),
        (DEV + "connections: [{kind: http, upgrades: [websocket], upgrade_timeout: 5m}]", [], "sockets over HTTP"),
        (
            DEV + "connections:\n- {kind: mcp, upgrades: [websocket]}\n- {kind: http, upgrade_timeout: 5m}",
            [
                "3: connections.0.upgrades: is for connections of kind http, and this one is of kind mcp",
                "4: connections.1.upgrade_timeout: has a meaning only with",
            ],
            "sockets elsewhere",
        ),
        (DEV + "listen: {port: 15095}", ["2: listen.port: port 15095 is already used by metrics.port"], "ports"),
        (DEV + "listen: {port: 0}\nmetrics: {port: 0}", [], "any free ports are two"),
        (
            DEV + "record: {clickhouse: 'http://localhost:15080/gatehouse'}",
            ["2: record.clickhouse: port 15080 is already used by listen.port"],
            "a database on this machine",
        ),
        (
            DEV + "metrics: {port: 8123}\nrecord: {clickhouse: 'http://127.0.0.1/gatehouse'}",
            ["3: record.clickhouse: port 8123 is already used by metrics.port"],
            "with the port that it has by default",
        ),
        (DEV + "record: {clickhouse: 'http://db.example:15080/gatehouse'}", [], "one on another machine"),
        (DEV + "record: {clickhouse: 'http://[::1'}", [], "an address that is none is said elsewhere"),
        (
            DEV + "record: {retention: {evidence: 90}, checkpoints: {every: 25h}}",
            [
                "2: record.checkpoints.every: must be a day or less where record.retention.evidence is set: "
                "a checkpoint says what may be gone"
            ],
            "nothing may be gone before it was signed",
        ),
        (DEV + "record: {retention: {evidence: 90}, checkpoints: {every: 24h}}", [], "a day is enough"),
        (DEV + "record: {retention: {texts: 90}, checkpoints: {every: 25h}}", [], "texts are told by their events"),
        (DEV + "record: {retention: {evidence: 90}, checkpoints: {every: soon}}", [], "said elsewhere"),
        (DEV + "listen: {port: 15085}", [], "nothing listens on the simulator's port"),
        (
            "development: {identity: true, simulator: true}\nlisten: {port: 15085}",
            ["2: listen.port: port 15085 is already used by development.simulator_port"],
            "until it does",
        ),
        (DEV + "policies: [none/*.yaml]", ["2: policies.0: 'none/*.yaml' matches no file"], "a pattern for nothing"),
        (DEV + "policies: [here.yaml, '*.yaml']", [], "a pattern for something"),
        (DEV + "restore: {survive_restart: true}", ["2: restore.survive_restart: needs restore.key_file"], "a key"),
        (DEV + "restore: {survive_restart: true, key_file: k}", [], "with a key"),
        ("[]", [], "no configuration at all is said elsewhere"),
        (DEV + "connections: {a: 1}\nlisten: 7\npolicies: 3\nmetrics: {port: []}", [], "shapes are checked elsewhere"),
    ],
)
def test_cross_checks(tmp_path: Path, text: str, expected: list[str], note: str) -> None:
    (tmp_path / "here.yaml").write_text("")
    said = [str(mistake).removeprefix("g:") for mistake in cross_checks(read_yaml(text or "{}", "g"), tmp_path)]
    assert len(said) == len(expected), said
    assert all(one.startswith(start) for one, start in zip(said, expected, strict=True)), said
