"""The OpenAPI 3.1 document, made of the table of operations and the models."""

import re
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sidecar.control.web.api.elsewhere import ELSEWHERE
from sidecar.control.web.api.models import Error
from sidecar.control.web.api.operations import OPERATIONS, Operation
from sidecar.control.web.places import Needs, needed

DOCUMENTED = (*OPERATIONS, *ELSEWHERE)
_REF = "#/components/schemas/{model}"
GUARDED = ("401", "403")  # what the guard answers, in one shape for all
FAILURES = {
    "400": "What was sent does not fit.",
    "401": "Sign in first.",
    "403": "Not with your roles.",
    "404": "There is no such thing.",
    "409": "Not possible any more, or not for you; the message says why.",
    "503": "It could not be recorded, so it was not done.",
}
# Who is let in otherwise than by a person's token or session.
KEYS: Mapping[Needs | None, list[dict[str, list[str]]]] = {Needs.ANYONE: [], Needs.GATE: [{"gate": []}]}


@cache
def document() -> dict[str, object]:
    models = {one for made in DOCUMENTED for one in (made.takes, made.gives, made.failure) if one} | {Error}
    listed = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "serialization") for model in listed], ref_template=_REF)
    paths: dict[str, dict[str, object]] = {}
    for operation in DOCUMENTED:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gatehouse control API", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A gate token, or this machine's key."},
                "gate": {"type": "http", "scheme": "bearer", "description": "The key of the data planes."},
                "console": {"type": "apiKey", "in": "cookie", "name": "__Host-gatehouse"},
            },
        },
        "security": [{"token": []}, {"console": []}],
    }


def _described(operation: Operation) -> dict[str, object]:
    needs = needed(operation.method, operation.path)
    said: dict[str, object] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs: {needs.value if needs else 'nobody may'}.",
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _success(operation), **_failures(operation)},
    }
    if operation.takes:
        said["requestBody"] = {"required": True, "content": {operation.sent: {"schema": _ref(operation.takes)}}}
    elif operation.sent != "application/json":
        said["requestBody"] = {"required": True, "content": {operation.sent: {"schema": {"type": "string"}}}}
    if needs in KEYS:
        said["security"] = KEYS[needs]
    return said


def _parameters(operation: Operation) -> list[dict[str, object]]:
    inside = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    asked = [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in operation.query.items()
    ]
    return [*inside, *asked]


def _success(operation: Operation) -> dict[str, object]:
    if operation.gives:
        return {"description": "Done.", "content": {operation.kind: {"schema": _ref(operation.gives)}}}
    if operation.kind != "application/json":
        return {"description": "Text.", "content": {operation.kind: {"schema": {"type": "string"}}}}
    return {"description": "Done."}


def _failures(operation: Operation) -> dict[str, object]:
    told = FAILURES if operation.failures is None else operation.failures
    return {code: _failure(text, operation.failure if code not in GUARDED else Error) for code, text in told.items()}


def _failure(text: str, model: type[BaseModel]) -> dict[str, object]:
    return {"description": text, "content": {"application/json": {"schema": _ref(model)}}}


def _ref(model: type) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
