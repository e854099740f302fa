"""What is raised on purpose."""

import pytest

from sidecar.core.errors import Code, ConfigurationError, GatehouseError, Mistake, Refused, needing


def test_mistakes_come_in_the_order_of_the_file_with_file_and_line() -> None:
    error = ConfigurationError(
        [Mistake("b.yaml", 1, "second"), Mistake("a.yaml", 7, "first"), Mistake("c.yaml", 0, "whole")]
    )
    assert str(error).splitlines() == ["a.yaml:7: first", "b.yaml:1: second", "c.yaml: whole"]


def test_a_single_mistake() -> None:
    assert str(ConfigurationError.single("up", "no port", 3)) == "up:3: no port"


def test_a_refusal_cannot_be_changed_after_the_fact() -> None:
    headers = {"retry-after": "3"}
    refused = Refused(429, Code.RATE_LIMIT, "wait", rule="limits", headers=headers)
    headers["retry-after"] = "0"
    assert refused.headers["retry-after"] == "3"
    with pytest.raises(TypeError):
        refused.headers["x"] = "y"  # type: ignore[index]
    assert isinstance(refused, GatehouseError)
    assert str(refused) == "wait"


def test_a_package_of_an_extra_is_named_with_what_installs_it() -> None:
    with pytest.raises(ConfigurationError) as told, needing("demo", "local,agent"):
        raise ModuleNotFoundError(name="absent")
    assert str(told.value) == "demo: needs the package absent: pip install 'gatehouse[local,agent]'"
    with needing("demo", "local"):
        pass
