"""Words of a table."""

from sidecar.core.understand.listed import listed


def test_any_white_space_parts_them() -> None:
    assert listed("a  b\n c") == ("a", "b", "c")
    assert listed("") == ()
