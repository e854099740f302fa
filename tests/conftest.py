"""What holds for every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from tests.gate import HOW, Gate
from tests.planted import planted

# A test is about what is right. On a busy machine one example may take a second, and that is no mistake of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
MADE_UP = "made-up"  # the seed of the secret that the model itself says


@pytest.fixture(scope="session")
def pointed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Gate]]:
    """What an agent is pointed at, by its name in `HOW`: started for whoever asks first, and kept for all others.

    A fixture with parameters would end the one to begin the other, once for each file that wants both: a gate is ten
    seconds of processor time to start.
    """
    running: dict[str, Gate] = {}
    with ExitStack() as stack:

        def give(how: str) -> Gate:
            if how not in running:
                running[how] = stack.enter_context(HOW[how](tmp_path_factory.mktemp(how), planted(MADE_UP)[0].value))
            return running[how]

        yield give
