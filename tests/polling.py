"""Waiting for something real (a process, a port) to get there: the only place where a test sleeps."""

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], bool], within: float = 30.0) -> None:
    """Return as soon as it holds; a `TimeoutError` if it never does."""
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.02)
