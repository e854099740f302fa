"""What several tests of the simulator need: a request made of a few words."""

from collections.abc import Callable

import pytest

from sidecar.simulator.ask import Ask, read_ask

MakeAsk = Callable[..., Ask]


@pytest.fixture(scope="session")
def make_ask() -> MakeAsk:
    """Messages as (role, content) pairs, or one prompt; any other field of a request by name."""

    def make(*said: tuple[str, object] | str, **fields: object) -> Ask:
        messages = [
            {"role": role, "content": content}
            for role, content in ((("user", s) if isinstance(s, str) else s) for s in said)
        ]
        return read_ask({"model": "claude-test", "max_tokens": 100, "messages": messages, **fields})

    return make
