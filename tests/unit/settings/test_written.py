"""Every setting has a sentence, and its default is allowed."""

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from sidecar.settings.written import Written


def sections(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from sections(field.annotation)
    for part in get_args(annotation):
        yield from sections(part)


def test_every_field_has_a_sentence() -> None:
    fields = {(one, name): field for one in sections(Written) for name, field in one.model_fields.items()}
    assert len(fields) > 200
    assert [place for place, field in fields.items() if not (field.description or "").endswith(".")] == []


def test_defaults_would_be_accepted_if_they_were_written() -> None:
    assert Written.model_validate(Written().model_dump(by_alias=True)) == Written()


@pytest.mark.parametrize("section", sorted(set(sections(Written)), key=lambda one: one.__name__))
def test_unknown_keys_are_refused_and_values_frozen(section: type[BaseModel]) -> None:
    assert section.model_config.get("extra") == "forbid"
    assert section.model_config.get("frozen") is True
