from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.simulator.ask import Ask
from sidecar.simulator.tokens import PromptCache, tokens

MARK = {"cache_control": {"type": "ephemeral"}}
SYSTEM = [{"type": "text", "text": "a long system prompt " * 20, **MARK}]


def marked(text: str) -> tuple[str, object]:
    return "user", [{"type": "text", "text": text, **MARK}]


def test_a_warm_cache_shows(make_ask: Callable[..., Ask]) -> None:
    cache = PromptCache()
    first = cache.use(make_ask(marked("one"), system=SYSTEM))
    second = cache.use(make_ask("one", ("assistant", "two"), marked("three"), system=SYSTEM))
    assert (first.read, first.fresh) == (0, 0)
    assert second.read == first.written
    assert 0 < second.written < first.written


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"system": [{**SYSTEM[0], "text": "another system prompt"}]}, "the system prompt"),
        ({"model": "claude-other"}, "the model"),
        ({"tools": [{"name": "A"}]}, "the tools"),
    ],
)
def test_a_changed_past_is_cold(changed: dict[str, object], note: str, make_ask: Callable[..., Ask]) -> None:
    cache = PromptCache()
    cache.use(make_ask(marked("one"), system=SYSTEM))
    assert cache.use(make_ask(marked("one"), **({"system": SYSTEM} | changed))).read == 0, note


def test_without_a_mark_nothing_is_cached(make_ask: Callable[..., Ask]) -> None:
    cache = PromptCache()
    for _ in range(2):
        used = cache.use(make_ask("one"))
        assert (used.read, used.written) == (0, 0)
        assert used.fresh == used.total > 0


@settings(max_examples=60)
@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(one: str, other: str) -> None:
    assert tokens(one) <= tokens(one + other) <= tokens(one) + tokens(other)
