"""The webhook started from what the chart renders, in front of a cluster that holds the chart's objects."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from sidecar.processes.policy_check import PolicyCheck
from sidecar.processes.webhook import WebhookProcess
from sidecar.settings.written_webhook import load_webhook
from tests import written
from tests.k8s.api_server import ApiServer, api_server, applied
from tests.k8s.rig import Object, named
from tests.polling import until

CASES = Path(__file__).parents[1] / "cases" / "k8s" / "agents"
FOLDERS = {
    "ConfigMap": "/api/v1/namespaces/{namespace}/configmaps/{name}",
    "MutatingWebhookConfiguration": "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{name}",
    "ValidatingWebhookConfiguration": "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}",
}


class Unhurried(PolicyCheck):
    """Its process, two seconds of work, begins with the first question: most tests ask none."""

    async def start(self) -> None:
        return


class Started:
    """`review`: one object to the webhook, as the API server sends it."""

    def __init__(self, api: ApiServer, process: WebhookProcess, http: httpx.AsyncClient, settings: Object) -> None:
        self.api, self.process, self._http, self.settings = api, process, http, settings

    async def review(self, made: Object, hook: str = "", **more: Any) -> Object:
        kind = {"group": "", "version": "v1", "kind": made["kind"]}
        request = {"uid": "u", "kind": kind, "operation": "CREATE", "namespace": made["metadata"]["namespace"]}
        asked = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {**request, **more}}
        asked["request"].setdefault("object", made)
        path = self.settings["paths"][hook or ("inject" if made["kind"] == "Pod" else "policies")]
        url = f"https://gatehouse-webhook.gatehouse.svc:{self.process.port}{path}"
        response: Object = (await self._http.post(url, content=json.dumps(asked))).json()["response"]
        return response

    async def patched(self, made: Object) -> Object:
        response = await self.review(made)
        assert response["allowed"], response
        after: Object = applied(made, json.loads(base64.b64decode(response.get("patch", "W10="))))
        return after


@asynccontextmanager
async def started(
    objects: tuple[Object, ...] | list[Object], folder: Path, minor: str = "31"
) -> AsyncIterator[Started]:
    """The chart's webhook with its own settings, but for the ports and the way to the API server."""
    with api_server(folder) as (api, access):
        api.version = {"major": "1", "minor": minor}
        for one in objects:
            if one["kind"] in FOLDERS:
                place = {"namespace": one["metadata"].get("namespace"), "name": one["metadata"]["name"]}
                api.put(FOLDERS[one["kind"]].format(**place), one)
        for name in ("team-policies", "partner-keys", "company-ca"):  # made by somebody else than the chart
            api.config_map("gatehouse", name, {f"{name}.yaml": f"policy: {name}\n", "ca.crt": "PEM"})
        settings = written.read(named(objects, "ConfigMap", "gatehouse-webhook")["data"]["webhook.yaml"])
        settings["listen"] = settings["metrics"] = {"address": "127.0.0.1", "port": 0}
        settings["cluster"] = {"url": access.url, "token_file": str(access.token_file), "ca": str(access.ca)}
        (folder / "webhook.yaml").write_text(json.dumps(settings))
        process, stop = (
            WebhookProcess(load_webhook(folder / "webhook.yaml"), every=0.1, check=Unhurried(60)),
            asyncio.Event(),
        )
        task = asyncio.create_task(process.run(stop))
        try:
            await until(lambda: not process._health.missing or task.done(), within=120)
            async with _client(api, settings["certificates"]["mutating"]) as http:
                yield Started(api, process, http, settings)
        finally:
            stop.set()
            await task


def _client(api: ApiServer, name: str) -> httpx.AsyncClient:
    """As the API server calls: by the Service's name, trusting what `caBundle` says."""
    hooks = api.objects[FOLDERS["MutatingWebhookConfiguration"].format(name=name)]["webhooks"]
    known = base64.b64decode(hooks[0]["clientConfig"]["caBundle"]).decode()
    transport = _ToThisMachine(verify=ssl.create_default_context(cadata=known))
    return httpx.AsyncClient(transport=transport, timeout=60)


class _ToThisMachine(httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1")
        return await super().handle_async_request(request)


def pods_of(file: str) -> Iterator[Object]:
    """Pods as the controllers make them from their templates, with the cluster's own additions."""
    for one in written.read_all((CASES / file).read_text()):
        spec = one["spec"]
        for step in {"CronJob": ("jobTemplate", "spec", "template"), "Pod": ()}.get(one["kind"], ("template",)):
            spec = spec[step]
        template = {"metadata": one["metadata"], "spec": spec} if one["kind"] == "Pod" else spec
        metadata = {**template["metadata"], "namespace": one["metadata"]["namespace"]}
        if one["kind"] != "Pod":
            owner = {
                "apiVersion": one["apiVersion"],
                "kind": one["kind"],
                "name": one["metadata"]["name"],
                "uid": "u-1",
            }
            metadata |= {
                "generateName": f"{one['metadata']['name']}-",
                "ownerReferences": [{**owner, "controller": True}],
            }
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
