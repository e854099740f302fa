"""`gatehouse cluster clear`, with the settings that the chart gives it."""

import json
from pathlib import Path
from typing import Any

import pytest

from sidecar.cli.main import main
from tests import written
from tests.k8s.api_server import ApiServer, api_server
from tests.k8s.rig import named, of_set, pods
from tests.k8s.webhook_rig import CASES

COPY = {"metadata": {"labels": {"gatehouse.dev/copy-of": "gatehouse"}}}


def run(api: ApiServer, folder: Path, access: Any) -> int:
    """The hook's own command, with the way to the cluster of the test."""
    settings = written.read(named(of_set("production"), "ConfigMap", "gatehouse-cleanup")["data"]["webhook.yaml"])
    settings["cluster"] = {"url": access.url, "token_file": str(access.token_file), "ca": str(access.ca)}
    (folder / "webhook.yaml").write_text(json.dumps(settings))
    spec = dict(pods(of_set("production")))["Job/gatehouse-cleanup"]
    *command, file = spec["containers"][0]["command"][1:]
    assert file.endswith("/webhook.yaml")
    return main([*command, str(folder / "webhook.yaml")])


def test_after_an_uninstall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with api_server(tmp_path) as (api, access):
        for name in ("agents", "ci"):
            api.namespace(name)
            api.put(f"/api/v1/namespaces/{name}/configmaps/team-policies", COPY)
        label = {"gatehouse.dev/injected-by": "gatehouse.gatehouse"}
        api.put("/api/v1/namespaces/ci/pods/build", {"metadata": {"labels": label}})
        assert run(api, tmp_path, access) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0] == "removed /api/v1/namespaces/agents/configmaps/team-policies"
        assert said[1].startswith("kept what is in ci: pods there still have their gate.")
        api.failing = 10
        assert run(api, tmp_path, access) == 1
        assert "not everything could be removed" in capsys.readouterr().err


def test_it_asks_for_no_more_than_the_chart_allows(tmp_path: Path) -> None:
    with api_server(tmp_path) as (api, access):
        api.namespace("agents")
        api.put("/api/v1/namespaces/agents/configmaps/company-ca", COPY)
        assert run(api, tmp_path, access) == 0
        asked = set(api.asked)
    role = named(of_set("production"), "ClusterRole", "gatehouse-gatehouse-cleanup")["rules"]
    allowed = next(rule["resourceNames"] for rule in role if rule["resources"] == ["configmaps"])
    for method, path in asked:
        parts = path.partition("?")[0].split("/")
        if "configmaps" in parts:
            assert method in ("GET", "DELETE")
            assert parts[-1] in allowed
        else:
            assert (method, parts[-1]) in {("GET", "namespaces"), ("GET", "pods")}


def test_without_settings_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", "clear", "--config", str(CASES / "none.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
