"""A clock, a trail, a provider's key, and the tokens made of them over both databases."""

from pathlib import Path

import pytest

from sidecar.control.store.store import Store
from sidecar.control.tokens.tokens import Tokens
from tests.unit.control.tokens.rig import Clock, Noted, Signer, put_together


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def trail() -> Noted:
    return Noted()


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def made(store: Store, tmp_path: Path, clock: Clock, trail: Noted, signer: Signer) -> Tokens:
    return put_together(store, tmp_path, clock, trail, signer)
