"""What an uninstall takes out of the cluster: the copies in agents' namespaces, and the certificate that we made.

Rules:
- Only what bears our label goes, under the names of this release, and only as it was when it was looked at.
- Where a pod still goes by its copies they stay: started anew without them it would hang. It is said where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sidecar.control.admission.cluster import Cluster
from sidecar.control.admission.copies import COPY_OF
from sidecar.control.admission.keeping import MANAGED
from sidecar.control.admission.namespaces import Namespaces
from sidecar.control.admission.review import Object
from sidecar.settings.webhook import Injection, Webhook

RUNNING = "status.phase!=Succeeded,status.phase!=Failed"


@dataclass(frozen=True, slots=True)
class Cleared:
    """`gone`: paths. `kept`: namespaces with pods that still go by their copies."""

    gone: tuple[str, ...]
    kept: tuple[str, ...]


async def cleared(cluster: Cluster, settings: Webhook, *, regardless: bool) -> Cleared:
    """`regardless`: of pods that still go by them."""
    gone: list[str] = []
    kept: list[str] = []
    for namespace in await Namespaces(cluster, lambda: 0.0).all():
        if namespace in settings.injection.excluded:
            continue
        there = await _copies(cluster, namespace, settings.injection)
        if there and not regardless and await _used(cluster, namespace, settings.injection):
            kept.append(namespace)
            continue
        gone += [path for path, found in there if await cluster.delete(path, found["metadata"].get("uid", ""))]
    return Cleared((*gone, *await _certificate(cluster, settings)), tuple(kept))


def names(injection: Injection) -> Sequence[str]:
    """Of everything that is copied."""
    own = (injection.authorities.config_map,) if injection.authorities else ()
    policies = (one.config_map for one in injection.policies)
    return tuple(dict.fromkeys((injection.settings, injection.authority, *policies, *injection.identity, *own)))


async def _copies(cluster: Cluster, namespace: str, injection: Injection) -> list[tuple[str, Object]]:
    made = []
    for name in names(injection):
        path = f"/api/v1/namespaces/{namespace}/configmaps/{name}"
        found = await cluster.get(path)
        if found is not None and _labels(found).get(COPY_OF) == injection.namespace:
            made.append((path, found))
    return made


async def _used(cluster: Cluster, namespace: str, injection: Injection) -> bool:
    label = "=".join(injection.label)
    asked = urlencode({"labelSelector": label, "fieldSelector": RUNNING, "limit": "1"})
    found = await cluster.get(f"/api/v1/namespaces/{namespace}/pods?{asked}")
    return bool(found and found.get("items"))


async def _certificate(cluster: Cluster, settings: Webhook) -> Sequence[str]:
    if not settings.certificates.self_managed:
        return ()
    path = f"/api/v1/namespaces/{settings.namespace}/secrets/{settings.certificates.secret}"
    found = await cluster.get(path)
    ours = found is not None and MANAGED.items() <= _labels(found).items()
    return (path,) if ours and found and await cluster.delete(path, found["metadata"].get("uid", "")) else ()


def _labels(found: Object) -> dict[str, str]:
    return (found.get("metadata") or {}).get("labels") or {}
