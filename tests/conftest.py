"""What holds for every test."""

import asyncio
import signal
from collections.abc import Generator
from types import FrameType

import pytest
from hypothesis import settings
from pytest_timeout import Settings  # type: ignore[import-untyped]

# A test is about what is right. On a busy machine one example may take a second, and that is no mistake of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

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
