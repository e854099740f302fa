"""The anthropic Python SDK, pointed at a gate."""

from collections.abc import AsyncIterator, Callable, Iterator

import anthropic
import pytest

from tests.gate import HOW, Gate


@pytest.fixture(scope="session", params=list(HOW))
def gate(request: pytest.FixtureRequest, pointed: Callable[[str], Gate]) -> Gate:
    """The control, then the real thing."""
    return pointed(request.param)


@pytest.fixture
def client(gate: Gate) -> Iterator[anthropic.Anthropic]:
    """Tries once only, so that a test sees every failure."""
    with anthropic.Anthropic(base_url=gate.base_url, auth_token=gate.token, api_key=None, max_retries=0) as client:
        yield client


@pytest.fixture
async def slow_client(gate: Gate) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=gate.base_url, auth_token=gate.token, api_key=None, max_retries=0
    ) as client:
        yield client


@pytest.fixture
def patient(client: anthropic.Anthropic) -> Callable[[int], anthropic.Anthropic]:
    """The same client, but it tries again."""
    return lambda retries: client.with_options(max_retries=retries)
