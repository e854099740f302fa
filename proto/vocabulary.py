"""Write what `sidecar/extproc/bootstrap` says of Envoy's messages to its `vocabulary.json`, from `envoy-data-plane`.

Usage: `python proto/vocabulary.py [FILE]`. A test writes into a file of its own and compares.

Strategy: the words of the bootstrap are looked for in its sources: `core.Address`, where `core` is a name of `envoy.py`
there. Of each message all fields are kept that a gate could set.
"""

import ast
import importlib
import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from enum import EnumMeta
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from envoy_data_plane.message_pool import default_message_pool

BOOTSTRAP = Path(__file__).resolve().parent.parent / "sidecar" / "extproc" / "bootstrap"
PACKAGES = BOOTSTRAP / "envoy.py"
VOCABULARY = BOOTSTRAP / "vocabulary.json"
WRAPPED = {"BoolValue": "bool", "UInt32Value": "uint32", "UInt64Value": "uint64", "DoubleValue": "double"}
SCALARS = {*WRAPPED.values(), "string", "int64"}


def packages() -> dict[str, str]:
    """Our names of Envoy's packages."""
    made = ast.parse(PACKAGES.read_text()).body
    return {
        one.target.id: one.value.args[0].value
        for one in made
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(one.value, ast.Call)
    }


def used() -> list[tuple[str, str]]:
    """Each package and word that the sources use."""
    known, found = packages(), set()
    for source in BOOTSTRAP.glob("*.py"):
        tree = ast.parse(source.read_text())
        ours = dict(_imported(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ours:
                found.add((known[ours[node.value.id]], node.attr))
    return sorted(found)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "sidecar.extproc.bootstrap.envoy":
            yield from ((one.asname or one.name, one.name) for one in node.names)


def vocabulary() -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for package, name in used():
        word = getattr(_loaded(package), name)
        row = {"name": _said(word), "values": _values(word)} if isinstance(word, EnumMeta) else _message(word)
        made.setdefault(package, {})[name] = row
    return made


def _loaded(package: str) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its generated code
        return importlib.import_module(f"envoy_data_plane.{package}")


def _message(word: Any) -> dict[str, Any]:
    hints = word._type_hints()
    rows = ((name, _field(meta, hints[name])) for name, meta in word._betterproto.meta_by_field_name.items())
    return {"name": _said(word), "fields": {name: row for name, row in rows if row}}


def _field(meta: Any, hint: Any) -> list[str] | None:
    """Type, shape and oneof; nothing for a type that no gate sets."""
    if meta.map_meta:
        key, value = meta.map_meta
        kind = _kind(value, get_args(hint)[1])
        return [kind, "map", ""] if kind and key.proto_type == "string" else None
    inner = get_args(hint)[0] if meta.repeated or meta.optional else hint
    kind, shape = _kind(meta, inner), "many" if meta.repeated else "set" if meta.optional else "one"
    return [kind, shape, meta.group or ""] if kind else None


def _kind(meta: Any, hint: Any) -> str | None:
    if meta.unwrap:
        wrapped = meta.unwrap().__name__
        return "google.protobuf.Duration" if wrapped == "Duration" else WRAPPED.get(wrapped)
    if meta.proto_type in ("message", "enum"):
        return _said(hint)
    return meta.proto_type if meta.proto_type in SCALARS else None


def _said(word: Any) -> str:
    """Its name in protobuf; an enumeration is known by its Python name alone."""
    url = default_message_pool.type_to_url.get(word)
    package = word.__module__.removeprefix("envoy_data_plane.")
    return url.rpartition("/")[2] if url else f"{package}.{word.__name__}"


def _values(word: Any) -> Mapping[str, list[object]]:
    return {one.name: [one.proto_name or one.name, one.value] for one in word}


def write(file: Path) -> None:
    lines = [
        f" {json.dumps(package)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
        + "\n }"
        for package, rows in vocabulary().items()
    ]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else VOCABULARY)
