"""The chart as Helm renders it, and what the API server's published schemas say to it.

Strategy: Helm's own engine (`helm-python-sdk`) renders; no cluster is needed. Values are those of `k8s/chart/ci`,
changed a little by each test.
"""

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python as helm
from jsonschema import Draft202012Validator
from kubernetes_validate.utils import SchemaNotFoundError, all_versions, major_minor, schema_contents
from referencing import Registry, Resource

from tests import written
from tests.k8s.crds import CRDS

ROOT = Path(__file__).parents[2]
CHART = ROOT / "k8s" / "chart"
SETS = tuple(sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml")))
VERSIONS = tuple(one for one in dict.fromkeys(map(major_minor, all_versions())) if int(one.split(".")[1]) >= 28)
Object = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "Job", "Pod")


def values(name: str, **changed: Any) -> Object:
    """One of the sets in `ci`, with other values at `a__b` for `a.b`."""
    made: Object = helm.values_from_yaml((CHART / "ci" / f"{name}-values.yaml").read_text())
    for place, value in changed.items():
        *steps, last = place.split("__")
        at = made
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = value
    return made


def rendered(given: Object, name: str = "gatehouse", namespace: str = "gatehouse") -> list[Object]:
    """Every object, after the values passed the schema as an install demands it."""
    return [one for text in files(given, name, namespace).values() for one in written.read_all(text) if one]


def files(given: Object, name: str = "gatehouse", namespace: str = "gatehouse") -> dict[str, str]:
    """File of the chart -> its manifests; the notes are for people and stay out."""
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(merged(chart.values, given))
        made = chart.render(given, name=name, namespace=namespace)
    return {path: text for path, text in sorted(made.items()) if not path.endswith("NOTES.txt")}


def notes(given: Object) -> str:
    with helm.Chart.load(CHART) as chart:
        return chart.render(given, name="gatehouse", namespace="gatehouse")["gatehouse/templates/NOTES.txt"]


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Object:
    """Values as Helm lays them over each other: tables merge, all else replaces, null takes away."""
    made: Object = copy.deepcopy(dict(under))
    for key, value in over.items():
        below = made.get(key)
        made[key] = merged(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return made


@cache
def of_set(name: str) -> tuple[Object, ...]:
    """The objects of a set as it stands; not to be changed."""
    return tuple(rendered(values(name)))


def named(objects: Iterator[Object] | list[Object] | tuple[Object, ...], kind: str, name: str) -> Object:
    found = [one for one in objects if one["kind"] == kind and one["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} objects {kind}/{name}"
    return found[0]


def pods(objects: list[Object] | tuple[Object, ...]) -> Iterator[tuple[str, Object]]:
    """Name of the object -> the specification of its pods."""
    for one in objects:
        if one["kind"] in WORKLOADS:
            spec = one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"]
            yield f"{one['kind']}/{one['metadata']['name']}", spec


def containers(spec: Object) -> list[Object]:
    return [*spec.get("initContainers", []), *spec["containers"]]


def complaints(one: Object, version: str) -> list[str]:
    """What the schemas of this version of Kubernetes say against an object; nothing unknown passes."""
    said = (
        f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in _validator(one, version).iter_errors(one)
    )
    return [f"{one['kind']}/{one['metadata']['name']}: {sentence}" for sentence in said]


def _validator(one: Object, version: str) -> Draft202012Validator:
    if one["apiVersion"] in CRDS:
        return Draft202012Validator(CRDS[one["apiVersion"]][one["kind"]])
    group, _, api = one["apiVersion"].rpartition("/")
    return _of_kind(one["kind"].lower(), "-".join(filter(None, (group.partition(".")[0], api))), version)


@cache
def _of_kind(kind: str, api: str, version: str) -> Draft202012Validator:
    folder = f"kubernetes-json-schema/v{version}.0-local-strict"
    try:
        schema = schema_contents(f"{folder}/{kind}-{api}.json", version)
    except FileNotFoundError as error:
        raise SchemaNotFoundError(kind=kind, version=version, api_version=api) from error
    return Draft202012Validator(schema, registry=_definitions(folder, version))


@cache
def _definitions(folder: str, version: str) -> Registry[Any]:
    registry: Registry[Any] = Registry()
    definitions = Resource.from_contents(schema_contents(f"{folder}/_definitions.json", version))
    return definitions @ registry
