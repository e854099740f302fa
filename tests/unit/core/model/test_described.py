"""What policies describe, as a value."""

import pytest

from sidecar.core.model.described import (
    NOTHING_DESCRIBED,
    DescribedProgram,
    DescribedTool,
    Descriptions,
    Own,
    as_program,
    as_tool,
    describable,
)

ONE = DescribedProgram("./bin/Deploy", (), frozenset(), "policy a, line 3")
TOOL = DescribedTool("mcp__zen__*", frozenset(), "policy a, line 5")


def test_nothing_described_is_nothing() -> None:
    assert not NOTHING_DESCRIBED
    assert not Own(((), (Descriptions(),)))
    assert Own(((), (Descriptions({"deploy": (ONE,)}),)))


def test_each_book_answers_for_itself() -> None:
    own = Own(((Descriptions({"deploy": (ONE,)}, (TOOL,)),), ()))
    assert list(own.programs("DEPLOY")) == [(ONE,), ()]
    assert list(own.tools()) == [(TOOL,), ()]


@pytest.mark.parametrize(
    ("line", "means"),
    [
        (as_program("scancel"), "understand: {programs: {scancel: [writes]}}"),
        (as_program("./a b"), 'understand: {programs: {"./a b": [writes]}}'),
        (as_tool("mcp__zen__ponder"), "understand: {tools: {mcp__zen__ponder: [writes]}}"),
    ],
)
def test_the_line_that_would_describe_it(line: str, means: str) -> None:
    assert means in line
    assert describable(["more than 1000 commands", line])


def test_not_all_that_is_unknown_can_be_described() -> None:
    assert not describable(["the name of a command is computed: …"])
