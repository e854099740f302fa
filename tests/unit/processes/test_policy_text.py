"""Files that a person wrote."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.policy_text import MAX_BYTES, text_of


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    for written, why in ((None, "cannot be read"), (b"\xff", "not UTF-8"), (b"x" * (MAX_BYTES + 1), "larger than")):
        if written is not None:
            file.write_bytes(written)
        with pytest.raises(ConfigurationError, match=why):
            text_of(file)
    file.write_text("ü")
    assert text_of(file) == "ü"
