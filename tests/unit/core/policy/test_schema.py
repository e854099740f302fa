"""The published schema says what the language is."""

import json
from collections.abc import Iterator

from sidecar.core.policy.schema import policy_schema


def keys_of(schema: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        yield from properties.items()
        for value in schema.values():
            yield from keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys_of(value)


def test_every_key_has_a_sentence() -> None:
    keys = list(keys_of(policy_schema()))
    assert len(keys) > 50
    assert [name for name, key in keys if not key.get("description")] == []


def test_nothing_may_be_empty_or_unknown() -> None:
    schema = policy_schema()
    assert '"null"' not in json.dumps(schema)
    objects = [one for one in schema["$defs"].values() if "properties" in one]  # type: ignore[attr-defined]
    assert all(one["additionalProperties"] is False for one in objects)
    assert schema["required"] == ["policy"]


def test_a_list_may_be_one_thing() -> None:
    rule = policy_schema()["$defs"]["RuleWritten"]  # type: ignore[index]
    choices = rule["properties"]["detect"]["anyOf"]
    assert [choice["type"] for choice in choices] == ["string", "array"]
    assert set(rule["properties"]) >= {"if", "do", "deny", "approvers"}
    assert "if_" not in rule["properties"]
