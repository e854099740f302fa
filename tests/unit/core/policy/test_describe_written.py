"""What may be written about programs and tools of one's own."""

import pytest
from pydantic import ValidationError

from sidecar.core.policy.describe_written import UnderstandWritten
from sidecar.core.policy.schema import policy_schema


@pytest.mark.parametrize(
    "key",
    [
        "acmectl",
        "acmectl tenants delete",
        "acmectl deploy *",
        "acmectl * wipe",
        "./bin/deploy",
        "../x.sh",
        "~/bin/x",
        "/opt/acme/bin/loader",
        "bin/deploy",
        "acmectl apply --dry-run",
        "g++9",
    ],
)
def test_a_program(key: str) -> None:
    assert UnderstandWritten.model_validate({"programs": {key: "reads"}}).programs == {key: ("reads",)}


@pytest.mark.parametrize(
    "key",
    [
        "",
        "*",
        "./*",
        "acme*",
        "acmectl  x",
        " acmectl",
        "acmectl ",
        "a;b",
        "$X",
        "acmectl 'x'",
        "acmectl x|y",
        "[",
        ":",
        "\u0430cmectl",
        "acmectl d\u0435lete",
        "a\tb",
        "-x",
        "a" * 257,
        "acmectl a b c d e f g h i",
        "bin/",
        "acmectl ()",
    ],
)
def test_no_program(key: str) -> None:
    with pytest.raises(ValidationError, match="expected a program"):
        UnderstandWritten.model_validate({"programs": {key: "reads"}})


@pytest.mark.parametrize("key", ["", "a b", "a[b]", "mcp__x__\u0430", "a?"])
def test_no_tool(key: str) -> None:
    with pytest.raises(ValidationError, match="expected the name of a tool"):
        UnderstandWritten.model_validate({"tools": {key: "reads"}})


@pytest.mark.parametrize("effects", [[], "destroys", ["reads", 3], None, True])
def test_no_effect(effects: object) -> None:
    with pytest.raises(ValidationError):
        UnderstandWritten.model_validate({"programs": {"acmectl": effects}})


def test_the_schema_knows_it() -> None:
    assert "understand" in policy_schema()["properties"]  # type: ignore[operator]
    assert "harmless" in str(policy_schema()["$defs"]["UnderstandWritten"])  # type: ignore[index]
