"""The JSON Schema of the policy language, for editors and for people."""

from sidecar.core.policy.written import PolicyWritten

NULL = {"type": "null"}


def policy_schema() -> dict[str, object]:
    """JSON Schema 2020-12, with a sentence for every key."""
    schema = _without_null(PolicyWritten.model_json_schema(by_alias=True))
    if not isinstance(schema, dict):
        raise TypeError("a model's schema is an object")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Gatehouse policy"}


def _without_null(schema: object) -> object:
    """A key may be left out, but not be empty: pydantic's `null` for "left out" is no part of the language."""
    if isinstance(schema, list):
        return [_without_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if (key, value) != ("default", None)}
    choices = kept.get("anyOf")
    if isinstance(choices, list) and NULL in choices:
        rest = [one for one in choices if one != NULL]
        kept = {key: value for key, value in kept.items() if key != "anyOf"}
        kept |= rest[0] if len(rest) == 1 else {"anyOf": rest}
    return {key: _without_null(value) for key, value in kept.items()}
