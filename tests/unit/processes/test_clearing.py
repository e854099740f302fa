"""Clearing as one run: its cluster is closed, and what fails is a sentence."""

from pathlib import Path

from sidecar.processes.clearing import clear
from sidecar.settings.values import Log, Metrics
from sidecar.settings.webhook import Certificates, ClusterAccess, Webhook
from tests.k8s.api_server import api_server
from tests.k8s.release import release


def settings(access: ClusterAccess, folder: Path) -> Webhook:
    own = Certificates(False, folder, "tls", ("a.svc",), "gate", "gate")
    here = ("127.0.0.1", 0)
    log = Log("info", "json")
    return Webhook("g", "gatehouse", *here, Metrics(*here), log, own, access, "/inject", "/policies", release())


async def test_what_is_gone_and_what_failed(tmp_path: Path) -> None:
    with api_server(tmp_path) as (api, access):
        api.namespace("agents")
        copy = {"metadata": {"labels": {"gatehouse.dev/copy-of": "gatehouse"}}}
        api.put("/api/v1/namespaces/agents/configmaps/gatehouse-sidecar", copy)
        done = await clear(settings(access, tmp_path), regardless=False)
        assert (done.gone, done.trouble) == (("/api/v1/namespaces/agents/configmaps/gatehouse-sidecar",), "")
        api.failing = 3
        failed = await clear(settings(access, tmp_path), regardless=False)
        assert failed.trouble == "not everything could be removed: GET /api/v1/namespaces: 503"
