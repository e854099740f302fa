"""What holds for every test."""

import asyncio
import gc
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from types import FrameType

import pytest
from hypothesis import settings
from pytest_timeout import Settings  # type: ignore[import-untyped]

from tests.gate import HOW, Gate
from tests.planted import planted

# A test is about what is right. On a busy machine one example may take a second, and that is no mistake of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
# Thirteen thousand collected tests are a million objects that stay: to look at them again and again took 6 of the 38 s
# of collecting, and a twelfth of the time of the tests themselves.
gc.set_threshold(20_000, 20, 50)
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


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


TAKEN_DOWN_WITHIN = 120.0  # seconds


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """A limit of its own: the test's ends with its failure, and what failed is most likely to hang when it is ended."""
    limit = Settings(TAKEN_DOWN_WITHIN, "signal", func_only=False, disable_debugger_detection=False)
    item.ihook.pytest_timeout_set_timer(item=item, settings=limit)
    try:
        return (yield)
    finally:
        item.ihook.pytest_timeout_cancel_timer(item=item)


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Generator[None, object, object]:
    """When time is up, say too what each task waits for: the stack of an event loop's thread shows only the loop."""
    result = yield
    ends = signal.getsignal(signal.SIGALRM)

    def tell(number: int, frame: FrameType | None) -> None:
        try:
            for task in asyncio.all_tasks():
                task.print_stack()
        except RuntimeError:  # no event loop runs
            pass
        if callable(ends):
            ends(number, frame)

    signal.signal(signal.SIGALRM, tell)
    return result
