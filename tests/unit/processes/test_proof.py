from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.proof import keys_of, source_of
from sidecar.settings.load import load
from tests.unit.record.gates import gate


async def test_what_a_check_needs_is_found_by_the_configuration(tmp_path: Path) -> None:
    settings = load(await gate(tmp_path))
    assert source_of(settings, spool_only=False).name == "spool"
    assert len(keys_of(settings.state / "keys")) == 1
    assert keys_of(settings.state / "keys" / "public.json").keys() == keys_of(settings.state / "keys").keys()


def test_without_keys_nothing_is_proved(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no public keys"):
        keys_of(tmp_path)
