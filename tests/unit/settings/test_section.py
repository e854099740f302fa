"""What every section is made of: nothing unknown, and one of several where one is asked for."""

import pytest
from pydantic import ValidationError

from sidecar.settings.section import Section, SourceSection, exactly_one


@pytest.mark.parametrize(
    ("choices", "fits"),
    [
        ({"env": "A", "file": None}, True),
        ({"env": None, "file": "a"}, True),
        ({"env": None, "file": None}, False),
        ({"env": "A", "file": "a"}, False),
    ],
)
def test_exactly_one_of_several(choices: dict[str, str | None], fits: bool) -> None:
    if fits:
        exactly_one(**choices)
        assert SourceSection(**choices).model_dump() == choices
        return
    with pytest.raises(ValueError, match="exactly one of `env` and `file`"):
        exactly_one(**choices)
    with pytest.raises(ValidationError):
        SourceSection(**choices)


def test_a_key_nobody_knows_is_refused() -> None:
    class Small(Section):
        known: int = 1

    with pytest.raises(ValidationError, match="Extra inputs"):
        Small(unknown=1)  # type: ignore[call-arg]
