"""The section `record`: what may stand in it."""

import pytest
from pydantic import ValidationError

from sidecar.settings.values import Durability
from sidecar.settings.written_record import AnchorSection, RecordSection


def test_nothing_written_is_strict_and_kept_for_ever() -> None:
    record = RecordSection()
    assert record.durability is Durability.STRICT
    assert record.prices == {}
    assert record.readers == {}
    assert record.retention.model_dump() == {"evidence": None, "texts": None, "shaped": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"file": "a", "stdout": True},
        {"stdout": False},
        {"control": True, "s3": {"bucket": "b"}},
        {"s3": {"prefix": "p"}},
        {"s3": {"bucket": "b", "secret": "x"}},
        {"s3": {"bucket": "b", "endpoint": "ftp://x"}},
    ],
)
def test_an_anchor_is_one_place(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AnchorSection.model_validate(wrong)
