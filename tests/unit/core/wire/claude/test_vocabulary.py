"""The API's own words: never a sentence, never a secret, and known to the official client."""

import importlib
import pkgutil
import re

import anthropic.types.beta as official
import pytest

from sidecar.core.wire.claude.vocabulary import (
    BASE64,
    BLOCKS,
    FIELDS,
    OPAQUE,
    SCHEMA_FIELDS,
    SCHEMA_WORDS,
    TYPES,
    closed,
)

CLOSED = [
    ("type", "text", True),
    ("type", "hologram", False),
    ("role", "assistant", True),
    ("role", "assistant ", False),
    ("media_type", "image/png", True),
    ("media_type", "image/png; name=x", False),
    ("ttl", "1h", True),
    ("id", "toolu_01AbCdEfGhIj", True),
    ("id", "toolu_" + "a" * 65, False),
    ("id", "my own id", False),
    ("id", "sk" + "-ant-api03-" + "x" * 20, False),
    ("id", "toolu_01AbCd@EfGhIj", False),
    ("tool_use_id", "mcptoolu_01AbCdEfGhIj", True),
    ("tool_use_id", "msg_01AbCdEfGhIj", False),
    ("model", "claude-sonnet-4-5-20250929", True),
    ("model", "claude-opus-4-6[1m]", True),
    ("model", "claude-" + "AKIA" + "IOSFODNN7" + "EXAMPLE", False),
    ("model", "claude-4111111111111111", False),
    ("model", "gpt", False),
    ("stop_reason", "end_turn", True),
    ("stop_reason", "because", False),
    ("text", "text", False),
    ("name", "tool_use", False),
]


@pytest.mark.parametrize(("key", "value", "expected"), CLOSED)
def test_closed_forms(key, value, expected):
    assert closed(key, value) is expected


def test_a_word_is_a_word():
    form = re.compile(r"\$?[A-Za-z]{1,22}(_[a-z0-9]{1,14}|[0-9]{2})*")
    assert [word for word in FIELDS | TYPES | SCHEMA_FIELDS if not form.fullmatch(word)] == []


def test_no_sentence_is_opaque():
    assert all(BASE64.fullmatch(text) is None for text in ("a b", "a@b", "a.b", "é", "a\n"))
    assert set(OPAQUE) <= FIELDS
    assert not any("block" in words or "text" in words for words in OPAQUE.values())
    assert SCHEMA_WORDS & {"string", "object"}


def test_the_official_client_knows_the_blocks():
    """A block type that we skip as a word must be one that the API has."""
    source = ""
    for module in pkgutil.iter_modules(official.__path__):
        if module.name.endswith(("_param", "_block")):
            source += importlib.util.find_spec(f"{official.__name__}.{module.name}").loader.get_source(None)
    literals = set(re.findall(r'Literal\["([a-z_0-9]+)"', source))
    assert literals >= BLOCKS
