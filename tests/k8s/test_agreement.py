"""What the chart tells the admission webhook: closed, whole, and of objects that there are."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests import written
from tests.k8s.crds import TEXT, Schema, closed, many
from tests.k8s.rig import ROOT, SETS, Object, named, of_set, rendered, values

LISTEN = closed("address port", address=TEXT, port={"type": "integer"})
TEXTS: Schema = {"type": "array", "items": TEXT}
SIDES: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
RESOURCES = closed("requests limits", requests=SIDES, limits=SIDES)
OF_CONFIG_MAP = closed("configMap key", configMap=TEXT, key=TEXT)
INJECTION: dict[str, Schema] = {
    "authority": OF_CONFIG_MAP,
    "authorities": {"anyOf": [OF_CONFIG_MAP, {"type": "null"}]},
    "connection": TEXT,
    "connections": many(TEXT),
    "csi": TEXTS,
    "default": {"type": "boolean"},
    "excluded_namespaces": many(TEXT),
    "explicit": {"enum": ["keep", "refuse"]},
    "identity": TEXTS,
    "image": TEXT,
    "image_pull_policy": {"enum": ["IfNotPresent", "Always", "Never"]},
    "image_pull_secrets": TEXTS,
    "label": closed("name value", name=TEXT, value={"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,62}$"}),
    "metrics_port": {"type": "string", "maxLength": 15},
    "native_sidecars": {"enum": ["auto", "always", "never"]},
    "policies": many(closed("configMap folder", configMap=TEXT, folder=TEXT)),
    "resources": closed("envoy data_plane", envoy=RESOURCES, data_plane=RESOURCES),
    "run_as_user": {"type": ["integer", "null"]},
    "secrets": many(closed("name keys", name=TEXT, keys=many(TEXT))),
    "settings": OF_CONFIG_MAP,
    "spool": closed("size storage_class", size=TEXT, storage_class={"type": "string"}),
    "token": closed(
        "audience expiration_seconds used",
        audience=TEXT,
        expiration_seconds={"type": "integer"},
        used={"type": "boolean"},
    ),
}
SCHEMA = closed(
    "release namespace service_account listen metrics log certificates paths injection",
    release=TEXT,
    namespace=TEXT,
    service_account=TEXT,
    listen=LISTEN,
    metrics=LISTEN,
    log=closed("level format", level=TEXT, format={"const": "json"}),
    certificates=closed(
        "self_managed folder secret names mutating validating",
        self_managed={"type": "boolean"},
        folder=TEXT,
        secret=TEXT,
        names=many(TEXT),
        mutating=TEXT,
        validating=TEXT,
    ),
    paths=closed("inject policies copies pods", inject=TEXT, policies=TEXT, copies=TEXT, pods=TEXT),
    injection=closed(" ".join(INJECTION), **INJECTION),
)
WITH_WEBHOOK = [name for name in SETS if name != "try"]


def told(objects: list[Object] | tuple[Object, ...]) -> Any:
    return written.read(named(objects, "ConfigMap", "gatehouse-webhook")["data"]["webhook.yaml"])


@pytest.mark.parametrize("name", WITH_WEBHOOK)
def test_it_is_closed_and_whole(name: str) -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(told(of_set(name)))] == []


def test_the_page_names_every_key() -> None:
    page = (ROOT / "k8s" / "injection.md").read_text()
    assert [key for key in INJECTION if f"`{key}`" not in page and f"`injection.{key}`" not in page] == []
    assert [key for key in SCHEMA["properties"] if f"`{key}" not in page and key not in ("release", "namespace")] == []


@pytest.mark.parametrize("name", WITH_WEBHOOK)
def test_what_it_shall_copy_is_there_or_is_the_owners(name: str) -> None:
    injection, objects = told(of_set(name))["injection"], of_set(name)
    ours = {one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap"}
    theirs = {"team-policies", "partner-keys", "company-ca"}
    copied = {one["configMap"] for one in injection["policies"]} | set(injection["identity"])
    if injection["authorities"]:
        copied.add(injection["authorities"]["configMap"])
    assert {injection["settings"]["configMap"]} <= ours
    assert copied <= ours | theirs
    role = next(one for one in objects if one["kind"] == "ClusterRole")
    may = {n for rule in role["rules"] if rule["resources"] == ["configmaps"] for n in rule.get("resourceNames", ())}
    assert copied | {injection["settings"]["configMap"], injection["authority"]["configMap"]} == may


def test_every_secret_that_the_sidecars_settings_read_is_on_the_list() -> None:
    objects = of_set("production")
    text = named(objects, "ConfigMap", "gatehouse-sidecar")["data"]["gatehouse.yaml"]
    listed = {f"../secrets/{s['name']}/{key}" for s in told(objects)["injection"]["secrets"] for key in s["keys"]}
    read = {word for word in text.split() if word.startswith("../secrets/")}
    assert read == listed
    classes = {f"../csi/{name}/" for name in told(objects)["injection"]["csi"]}
    assert {word[: word.rindex("/") + 1] for word in text.split() if word.startswith("../csi/")} == classes


def test_a_long_name_still_is_a_label() -> None:
    made = rendered(values("sidecars"), name="r" * 50, namespace="n" * 60)
    maps = [one for one in made if one["kind"] == "ConfigMap" and "webhook.yaml" in one["data"]]
    label = written.read(maps[0]["data"]["webhook.yaml"])["injection"]["label"]["value"]
    assert len(label) <= 63
    assert label[-1].isalnum()
