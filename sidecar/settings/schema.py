"""The JSON Schema of `gatehouse.yaml`, for editors and for people."""

from sidecar.settings.written import Written


def config_schema() -> dict[str, object]:
    """JSON Schema 2020-12, with a sentence for every setting."""
    schema: dict[str, object] = Written.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "gatehouse.yaml"}
