"""What the namespaces of injected pods get a copy of: ConfigMaps of the release, read, and made ready.

Rules: the settings get a key for each folder of policies that a pod may choose alone; a signed bundle stays with each.
The authority is a copy of its own: a pod must know the next one before anything shows its certificate.
"""

from collections.abc import Mapping

import orjson

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.volumes import only
from sidecar.core.errors import ConfigurationError
from sidecar.core.model.document import read_yaml
from sidecar.settings.webhook import Injection

Data = Mapping[str, str]


async def sources(cluster: Cluster, injection: Injection, authority: str) -> Mapping[str, Data]:
    """Name of a ConfigMap -> its data."""
    own = (injection.authorities.config_map,) if injection.authorities else ()
    names = (*(one.config_map for one in injection.policies), *injection.identity, *own)
    made = {injection.authority: {injection.authority_key: authority}}
    made[injection.settings] = _settings(await _data(cluster, injection, injection.settings), injection)
    for name in dict.fromkeys(names):
        made[name] = dict(await _data(cluster, injection, name))
    return made


async def _data(cluster: Cluster, injection: Injection, name: str) -> Data:
    found = await cluster.get(f"/api/v1/namespaces/{injection.namespace}/configmaps/{name}")
    if found is None:
        raise ClusterFailed(f"the ConfigMap {name} is not in the namespace {injection.namespace}")
    return found.get("data") or {}


def _settings(data: Data, injection: Injection) -> dict[str, str]:
    key = injection.settings_key
    try:
        written = read_yaml(data[key], key).value
    except (KeyError, ConfigurationError) as error:
        raise ClusterFailed(f"the ConfigMap {injection.settings} has no readable {key}: {error}") from error
    whole = dict(written) if isinstance(written, dict) else {}
    folders = (one.folder for one in injection.policies)
    # JSON is YAML, and needs no second way to write YAML.
    alone = {
        only(name): orjson.dumps({**whole, "policies": _alone(whole.get("policies"), name)}).decode()
        for name in folders
    }
    return {key: data[key], **alone}


def _alone(policies: object, folder: str) -> object:
    """One folder of policies, and the signed bundle if there is one: no pod chooses itself out of that."""
    files = [f"../policies/{folder}/*.yaml"]
    return {**policies, "files": files} if isinstance(policies, dict) else files
