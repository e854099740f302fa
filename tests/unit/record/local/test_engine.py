"""What stops the engine before it is loaded. The real one runs in tests/clickhouse."""

import fcntl
import os
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.local.engine import Engine


def test_a_folder_that_another_process_holds(tmp_path: Path) -> None:
    handle = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ConfigurationError, match="another local ClickHouse uses this data folder"):
            Engine(tmp_path)
    finally:
        os.close(handle)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used: Not a directory"):
        Engine(tmp_path / "file" / "data")


def test_a_name_that_the_engine_would_misread(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="question mark"):
        Engine(tmp_path / "what?")
    held = os.open(tmp_path / "what?" / "lock", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the refused one let go of it
    os.close(held)
