"""The published schema of gatehouse.yaml."""

from typing import Any

from sidecar.settings.schema import config_schema


def described(schema: dict[str, Any]) -> list[str]:
    return [
        f"{name}.{key}"
        for name, part in {"": schema, **schema["$defs"]}.items()
        for key, field in part.get("properties", {}).items()
        if not field.get("description")
    ]


def test_every_field_has_its_sentence_and_nothing_else_is_allowed() -> None:
    schema: dict[str, Any] = config_schema()
    assert described(schema) == []
    objects = [part for part in [schema, *schema["$defs"].values()] if part.get("type") == "object"]
    assert len(objects) > 15
    assert all(part["additionalProperties"] is False for part in objects)


def test_it_speaks_of_the_file_as_it_is_written() -> None:
    schema: dict[str, Any] = config_schema()
    assert schema["title"] == "gatehouse.yaml"
    assert "from" in schema["$defs"]["CredentialSection"]["properties"]
    assert schema["$defs"]["LimitsSection"]["properties"]["body"]["type"] == ["integer", "string"]
