"""The environment, read in one place."""

import pytest

from sidecar.settings import environment
from sidecar.settings.written import Written


def test_it_is_the_environment_of_now_and_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_TEST", "1")
    seen = environment.environment()
    monkeypatch.setenv("GATEHOUSE_TEST", "2")
    assert seen["GATEHOUSE_TEST"] == "1"
    with pytest.raises(TypeError):
        seen["GATEHOUSE_TEST"] = "3"  # type: ignore[index]


def test_every_override_is_documented_and_names_a_setting() -> None:
    for variable, place in environment.OVERRIDES.items():
        assert variable in (environment.__doc__ or "")
        value: object = Written()
        for step in place:
            value = getattr(value, step)
        assert isinstance(value, str)
