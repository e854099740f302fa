"""A fact on its way."""

import pytest

from sidecar.record.entry import Entry


@pytest.mark.parametrize(
    ("parts", "size", "note"), [({}, 2, "the fact alone"), ({b"a": b"123", b"b": b"4"}, 6, "with its parts")]
)
def test_size(parts: dict[bytes, bytes], size: int, note: str) -> None:
    assert Entry("k", 0.0, b"{}", parts).size == size
