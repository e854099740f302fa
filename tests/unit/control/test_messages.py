"""What is said between data planes and the control plane arrives as it left."""

import contextlib
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from sidecar.control import messages
from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.approval.asked import Asked, Excerpt, Mark, What
from sidecar.core.model.block import Block, Target
from sidecar.core.model.hold import Terms
from tests.people import ASKED

PROTO = Path(__file__).parents[3] / "proto"
TEXT = strategies.text(strategies.characters(codec="utf-8"), max_size=30)
MAYBE = TEXT | strategies.none()
NUMBER = strategies.floats(allow_nan=False)
POSITION = strategies.integers(0, 10_000)
EXCERPTS = strategies.lists(
    strategies.builds(
        Excerpt, TEXT, TEXT, strategies.lists(strategies.builds(Mark, POSITION, POSITION, TEXT), max_size=2).map(tuple)
    ),
    max_size=2,
).map(tuple)
TERMS = strategies.builds(
    Terms, strategies.lists(TEXT, max_size=2).map(tuple), strategies.integers(1, 10), NUMBER, strategies.booleans(),
    strategies.none() | NUMBER,
)  # fmt: skip
ASKED_ANY = strategies.builds(
    Asked, TEXT, TEXT, TEXT, strategies.sampled_from(What), TEXT, TEXT, TEXT, TEXT, TEXT,
    strategies.lists(TEXT, max_size=2).map(tuple), MAYBE, MAYBE, MAYBE, MAYBE, TEXT, TEXT, TEXT, TEXT, TERMS, NUMBER,
    EXCERPTS, EXCERPTS,
)  # fmt: skip
ANSWERS = strategies.builds(
    Answer,
    strategies.sampled_from(Outcome),
    MAYBE,
    strategies.lists(
        strategies.builds(Decider, TEXT, TEXT, strategies.booleans(), MAYBE, NUMBER, strategies.booleans()), max_size=2
    ).map(tuple),
    strategies.booleans(),
    MAYBE,
)
BLOCKS = strategies.lists(
    strategies.builds(Block, TEXT, strategies.sampled_from(Target), TEXT, TEXT, NUMBER, strategies.none() | NUMBER),
    max_size=3,
).map(tuple)


@given(ASKED_ANY)
@settings(max_examples=60)
def test_a_question_there_and_back(asked: Asked) -> None:
    said = messages.from_gate(messages.written(messages.asked_message(asked)))
    assert messages.asked_from(said.asked) == asked


@given(ANSWERS)
@settings(max_examples=60)
def test_an_answer_there_and_back(answer: Answer) -> None:
    said = messages.to_gate(messages.written(messages.settled_message("ask_1", answer)))
    assert said.settled.id == "ask_1"
    assert messages.answer_from(said.settled) == answer


@given(BLOCKS)
@settings(max_examples=60)
def test_blocks_there_and_back(blocks: tuple[Block, ...]) -> None:
    said = messages.to_gate(messages.written(messages.blocks_message(7, blocks)))
    assert said.blocks.version == 7
    assert messages.blocks_from(said.blocks) == blocks


def test_half_a_surrogate_is_made_plain() -> None:
    asked = replace(ASKED, why="a\ud83d", content=(Excerpt("\ud83d", "b\udc00"),), groups=("\ud800",))
    back = messages.asked_from(messages.from_gate(messages.written(messages.asked_message(asked))).asked)
    assert (back.why, back.content[0].title, back.content[0].text, back.groups) == ("a?", "?", "b?", ("?",))


@given(strategies.binary(max_size=60))
@settings(max_examples=200)
def test_any_bytes_are_a_message_or_garbled(data: bytes) -> None:
    for read in (messages.from_gate, messages.to_gate):
        with contextlib.suppress(messages.Garbled):
            assert read(data).WhichOneof("said") is not None


def test_what_a_newer_side_may_say() -> None:
    said = messages.to_gate(messages.written(messages.blocks_message(1, ())))
    said.blocks.blocks.add(id="x", target="galaxy")
    assert messages.blocks_from(said.blocks) == ()
    said = messages.to_gate(messages.written(messages.again_message("ask_1")))
    with pytest.raises(messages.Garbled, match="outcome"):
        messages.answer_from(said.settled)
    asked = messages.from_gate(messages.written(messages.asked_message(ASKED)))
    asked.asked.what = "dream"
    with pytest.raises(messages.Garbled, match="question"):
        messages.asked_from(asked.asked)


def test_the_committed_code_is_what_the_generator_makes(tmp_path: Path) -> None:
    spec = spec_from_file_location("generate", PROTO / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = module_from_spec(spec)
    spec.loader.exec_module(generate)
    made = generate.generate(tmp_path, generate.CONTROL_SOURCE)
    assert made.read_text() == (generate.CONTROL_GENERATED / made.name).read_text()
