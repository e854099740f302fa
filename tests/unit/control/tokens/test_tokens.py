from pathlib import Path

import pytest

from sidecar.control.store.store import Store
from sidecar.core.errors import ConfigurationError
from tests.unit.control.tokens.rig import Clock, Noted, put_together


async def test_the_key_file_is_made_and_two_replicas_share_it(
    store: Store, tmp_path: Path, clock: Clock, trail: Noted
) -> None:
    one, other = (put_together(store, tmp_path, clock, trail) for _ in range(2))
    assert (await one.keys.signing()).id == (await other.keys.signing()).id
    assert (tmp_path / "token.key").exists()


async def test_a_file_that_is_no_key_is_said_at_once(store: Store, tmp_path: Path, clock: Clock, trail: Noted) -> None:
    (tmp_path / "token.key").write_text("short")
    with pytest.raises(ConfigurationError, match="is not 32 bytes"):
        put_together(store, tmp_path, clock, trail)
