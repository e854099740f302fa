"""What the gate's containers share and read: volumes of the pod, and where each container sees them.

Strategy: one list of places; a container names the kinds that it needs, and nothing else is mounted there.

Rules:
- Every name begins with `gatehouse-`, and nobody else's may: a container of the owner's could otherwise name a volume
  that is only added here, and read the model's key.
- Files are readable by everyone: the pod's group is the owner's business, and who may read is who has it mounted.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sidecar.settings.webhook import Injection

NAMES = "gatehouse-"
ETC = "/etc/gatehouse"
RUN, STATE, TEMPORARY = "/run/gatehouse", "/var/lib/gatehouse", "/tmp"  # noqa: S108  (in a container of its own)
TOKEN = "/var/run/secrets/gatehouse"  # noqa: S105  (a folder)
READABLE = 0o444
Object = dict[str, Any]


class Use(StrEnum):
    RUN = "run"
    STATE = "state"
    TEMPORARY = "tmp"
    SETTINGS = "settings"
    RULES = "rules"
    IDENTITY = "identity"
    AUTHORITY = "authority"
    SECRET = "secret"  # noqa: S105  (a kind)
    TOKEN = "token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Place:
    use: Use
    name: str
    path: str
    source: Object
    read_only: bool = True

    @property
    def volume(self) -> Object:
        return {"name": NAMES + self.name, **self.source}

    @property
    def mount(self) -> Object:
        mount: Object = {"name": NAMES + self.name, "mountPath": self.path}
        return {**mount, "readOnly": True} if self.read_only else mount


def places(injection: Injection, policy: str | None) -> tuple[Place, ...]:
    return (
        Place(Use.RUN, "run", RUN, {"emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}}, False),
        Place(Use.STATE, "state", STATE, _spool(injection), False),
        Place(Use.TEMPORARY, "tmp", TEMPORARY, {"emptyDir": {"sizeLimit": "256Mi"}}, False),
        Place(Use.SETTINGS, "config", f"{ETC}/config", _settings(injection, policy)),
        *_rules(injection, policy),
        *_identity(injection),
        Place(Use.AUTHORITY, "authority", f"{ETC}/authority", _authority(injection)),
        *_authorities(injection),
        *_secrets(injection),
        *_token(injection),
    )


def mounts(found: Collection[Place], *uses: Use) -> list[Object]:
    return [place.mount for place in found if place.use in uses]


def only(policy: str) -> str:
    """The key of settings that know this folder of policies alone; `copies` writes it."""
    return f"only-{policy}.yaml"


def _settings(injection: Injection, policy: str | None) -> Object:
    key = injection.settings_key if policy is None else only(policy)
    return {"configMap": {"name": injection.settings, "items": [{"key": key, "path": "gatehouse.yaml"}]}}


def _authority(injection: Injection) -> Object:
    items = [{"key": injection.authority_key, "path": "ca.crt"}]
    return {"configMap": {"name": injection.authority, "items": items}}


def _authorities(injection: Injection) -> Iterator[Place]:
    if own := injection.authorities:
        items = [{"key": own.key, "path": "ca.crt"}]
        source = {"configMap": {"name": own.config_map, "items": items}}
        yield Place(Use.AUTHORITY, "authorities", f"{ETC}/authorities", source)


def _spool(injection: Injection) -> Object:
    if not injection.spool_class:
        return {"emptyDir": {"sizeLimit": injection.spool_size}}
    claim: Object = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": injection.spool_class,
        "resources": {"requests": {"storage": injection.spool_size}},
    }
    return {"ephemeral": {"volumeClaimTemplate": {"spec": claim}}}


def _rules(injection: Injection, policy: str | None) -> Iterator[Place]:
    for index, one in enumerate(injection.policies):
        if policy in (None, one.folder):
            path = f"{ETC}/policies/{one.folder}"
            yield Place(Use.RULES, f"policies-{index}", path, {"configMap": {"name": one.config_map}})


def _identity(injection: Injection) -> Iterator[Place]:
    for index, name in enumerate(injection.identity):
        yield Place(Use.IDENTITY, f"identity-{index}", f"{ETC}/identity/{name}", {"configMap": {"name": name}})


def _secrets(injection: Injection) -> Iterator[Place]:
    for index, one in enumerate(injection.secrets):
        keys = [{"key": key, "path": key} for key in one.keys]
        source = {"secretName": one.name, "defaultMode": READABLE, "items": keys}
        yield Place(Use.SECRET, f"secret-{index}", f"{ETC}/secrets/{one.name}", {"secret": source})
    for index, name in enumerate(injection.csi):
        driver = {"driver": "secrets-store.csi.k8s.io", "readOnly": True}
        source = {**driver, "volumeAttributes": {"secretProviderClass": name}}
        yield Place(Use.SECRET, f"csi-{index}", f"{ETC}/csi/{name}", {"csi": source})


def _token(injection: Injection) -> Iterator[Place]:
    if injection.token:
        asked = {"path": "token", "audience": injection.audience, "expirationSeconds": injection.token_seconds}
        source = {"projected": {"defaultMode": READABLE, "sources": [{"serviceAccountToken": asked}]}}
        yield Place(Use.TOKEN, "token", TOKEN, source)
