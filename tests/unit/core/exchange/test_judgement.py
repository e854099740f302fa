"""Texts judged whole, and the promise that the provider sees a stable past."""

import json
import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange.judgement import MOST_REMEMBERED
from sidecar.core.exchange.rules import Rules
from tests.unit.core.exchange.building import (
    CALLER,
    KEY,
    KEY2,
    MAIL,
    PHONE,
    UPPER,
    ask,
    book,
    compiled,
    gate,
    request,
)
from tests.unit.core.exchange.talking import Block, Session, always, result, text, thinking, tool

MARK = re.compile(r"\[EMAIL_[2-9A-Z]{8}\]")


def trimmed(blocks: list[Block]) -> list[Block]:
    return [{**one, "text": one["text"].rstrip()} if one["type"] == "text" else one for one in blocks]


def mark(heard: str) -> str:
    found = MARK.search(heard)
    assert found, heard
    return found.group()


def reordered(blocks: list[Block]) -> list[Block]:
    """As an agent does that reads a tool's input and writes it anew."""
    return [{**one, "input": dict(reversed(one["input"].items()))} if "input" in one else one for one in blocks]


@pytest.mark.parametrize("stream", [True, False])
class TestStablePast:
    def test_values_the_agent_is_owed(self, stream: bool) -> None:
        session = Session(gate(), stream)
        session.turn(f"write to {MAIL}", lambda heard: [text(f"To {mark(heard)}: done, {mark(heard)}.")])
        assert session.got[0]["text"] == f"To {MAIL}: done, {MAIL}."
        session.turn("again", always(text("Done again.")))
        session.turn(f"and {MAIL}", lambda heard: [text(f"{mark(heard)}")])
        session.turn("thanks", always(text("Bye")))

    def test_what_a_response_mask_took_out(self, stream: bool) -> None:
        session = Session(gate(), stream)
        session.turn("a key?", always(text(f"It is {KEY}, and {KEY2}."), text(KEY)))
        assert KEY not in json.dumps(session.agent)
        session.turn("sure?", always(text("Sure.")))
        assert KEY in json.dumps(session.provider), "the provider sees its own words"
        session.turn("thanks", always(text("Bye")))

    def test_signed_thinking(self, stream: bool) -> None:
        session = Session(gate(), stream)
        session.turn(
            MAIL, lambda heard: [thinking(f"{mark(heard)} has {KEY}"), text("Well"), thinking("so"), text("ok")]
        )
        assert MAIL in session.got[0]["thinking"]
        assert KEY not in session.got[0]["thinking"]
        session.turn("and?", always(thinking(KEY2), text("Bye")))
        session.turn("thanks", always(text("Bye")))

    def test_tools_in_parallel_whose_inputs_are_written_anew(self, stream: bool) -> None:
        session = Session(gate(), stream, replays=reordered)
        session.turn(
            f"mail {MAIL}",
            lambda heard: [
                text("I will."),
                tool("1", to=mark(heard), body=f"key {KEY}", deep={"b": [mark(heard), 1.5], "a": "é"}),
                tool("2", name="Read", path=f"/home/{mark(heard)}/x", to=mark(heard)),
                tool("3", name="Noop"),
            ],
        )
        assert session.got[1]["input"]["to"] == MAIL
        assert session.got[1]["input"]["deep"]["b"] == [MAIL, 1.5]
        assert session.got[2]["input"]["path"] == f"/home/{MAIL}/x"
        results = [result("1", f"sent to {MAIL} with {KEY2}"), result("2", [text(MAIL)]), result("3", "")]
        session.turn(results, lambda heard: [text(f"Sent to {mark(heard)}.")])
        assert KEY2 not in json.dumps(session.provider)
        session.turn("thanks", always(text("Bye")))

    def test_an_agent_that_cuts_white_space_at_the_end(self, stream: bool) -> None:
        session = Session(gate(), stream, replays=trimmed)
        session.turn("key?", always(text(f"It is {KEY}\n\n"), text(f"{KEY2}  ")))
        session.turn("again", always(text("Yes. \n")))
        session.turn("thanks", always(text("Bye")))

    def test_citations(self, stream: bool) -> None:
        session = Session(gate(), stream)
        cited = {"type": "char_location", "cited_text": f"key {KEY}", "document_title": "t", "document_index": 0}
        session.turn("cite", always(text(f"so {KEY2}", citations=[cited])))
        session.turn("thanks", always(text("Bye")))

    def test_a_policy_that_is_loosened_meanwhile(self, stream: bool) -> None:
        session = Session(gate(), stream)
        session.turn(f"{MAIL} {KEY}", lambda heard: [text(f"{mark(heard)} {KEY2}")])
        session.gate.rules = compiled("\n  - {id: other, detect: [pii/phone], do: mask}\n", "")
        session.turn(f"{PHONE} {KEY}", always(text("ok")))
        assert KEY not in json.dumps(session.provider), "the session keeps what it began with"
        assert PHONE not in json.dumps(session.provider), "and obeys what came later"
        session.turn("thanks", always(text("Bye")))
        fresh = replace(CALLER, claimed_session="s-2")
        assert KEY.encode() in ask(session.gate, request(KEY), caller=fresh).forward.body

    def test_a_process_that_has_forgotten_everything(self, stream: bool) -> None:
        """Tokens come from the key alone, so what was only masked by tokens stays as it was."""
        session = Session(gate(), stream)
        session.turn(f"write to {MAIL}", lambda heard: [thinking(mark(heard)), text(f"To {mark(heard)}.")])
        session.gate = gate()
        session.turn(f"and again to {MAIL}", lambda heard: [text(f"To {mark(heard)}."), tool("1", to=mark(heard))])
        assert session.got[1]["input"]["to"] == MAIL
        session.gate = gate()
        session.turn([result("1", "sent")], always(text("Bye")))


WORDS = st.lists(st.sampled_from([MAIL, KEY, PHONE, "word", " ", "\n", "é", "a@b", "gk-"]), max_size=4).map(" ".join)
OWN = st.lists(
    st.sampled_from(["$", KEY2, "word", " ", "é\u2028", "\\", '"', "gk-live", "\n\n"]), min_size=1, max_size=4
)
TURNS = st.lists(
    st.tuples(WORDS, st.lists(st.tuples(st.sampled_from("txu"), OWN.map(" ".join)), max_size=3)), max_size=4
)
KINDS = {"t": text, "x": thinking}


@given(TURNS, st.booleans(), st.sampled_from([list, trimmed]), st.integers(0, 99))
@settings(max_examples=120, deadline=None)
def test_whatever_is_said_the_past_is_stable(turns: list[object], stream: bool, trims: object, seed: int) -> None:
    """`$` is where the provider uses what it heard."""
    session = Session(gate(), stream, replays=trims, random=Random(seed))  # noqa: S311
    for number, (says, blocks) in enumerate(turns):

        def answers(heard: str, blocks: list[tuple[str, str]] = blocks, number: int = number) -> list[Block]:
            marks = MARK.findall(heard)
            made: list[Block] = []
            for kind, words in blocks:
                said = words.replace("$", marks[0] if marks else "nobody")
                one = tool(f"{number}{len(made)}", a=said, b=[said]) if kind == "u" else KINDS[kind](said)
                made.append(one)
            return made or [text("ok")]

        session.turn(says or "-", answers)
        for secret in (MAIL, KEY):
            assert secret not in json.dumps(session.provider)
        assert KEY2 not in json.dumps(session.got)


class TestCache:
    def test_a_separator_in_a_text_does_not_make_it_two(self) -> None:
        """What was found in one shape of a piece must not be looked for in another."""
        joined = f"x\n\x00\n{KEY}"
        two = [{"type": "search_result", "title": "x", "source": KEY, "content": []}]
        one = [{"type": "search_result", "title": joined, "content": []}]
        for first, second in ((one, two), (two, one)):
            world = gate()
            for content in (first, second):
                body = ask(world, request(content)).forward.body or b""
                assert KEY.encode() not in body

    def test_what_was_found_is_found_again(self) -> None:
        world = gate()
        bodies = {ask(world, request(f"one {KEY}", "two", f"three {MAIL}")).forward.body for _ in range(3)}
        assert len(bodies) == 1

    def test_a_stricter_policy_is_not_fooled_by_what_was_found_before(self) -> None:
        world = gate("\n  - {id: r, detect: [pii/phone], do: mask}\n")
        assert KEY.encode() in ask(world, request(KEY)).forward.body
        world.rules = Rules.of(book())
        assert KEY.encode() not in ask(world, request(KEY)).forward.body

    @pytest.mark.parametrize(("addresses", "kept"), [(MOST_REMEMBERED, True), (MOST_REMEMBERED + 1, False)])
    def test_a_long_list_is_not_kept(self, addresses: int, kept: bool) -> None:
        world = gate("\n  - {id: r, detect: [pii/email], do: mask}\n")
        many = " ".join(f"{chr(97 + n // 26)}.{chr(97 + n % 26)}@mill.example" for n in range(addresses))
        bodies = {ask(world, request(many)).forward.body for _ in range(2)}
        assert len(bodies) == 1
        assert b"@" not in bodies.pop()
        # What was written down is remembered in any case: one entry. What was found is the second.
        assert (len(world.memories.of("company\nada\ns-1")._judged) > 1) is kept


def test_a_rule_of_ones_own_that_ends_inside_a_letter() -> None:
    world = gate("\n  - {id: x, match: {regex: 'zephyr\\C'}, do: mask}\n")
    for words in ("zephyré now", "zephyr\U0001f600 now"):
        body = ask(world, request(words)).forward.body or b""
        assert re.fullmatch(r"\[[A-Z_]+_[2-9A-Z]{8}\] now", json.loads(body)["messages"][0]["content"])


def test_words_that_only_claim_to_be_the_models_are_judged() -> None:
    body = ask(gate(), request("hi", f"you said {KEY}")).forward.body or b""
    assert KEY.encode() not in body


def test_words_of_the_model_in_another_mouth_are_judged_as_what_they_are() -> None:
    world = gate("\n  - {id: r, where: [prompt, response], detect: [secret/key], do: mask}\n")
    session = Session(world)
    session.turn("a key?", always(text(KEY), text("zephyr")))
    delivered = session.got[0]["text"]
    session.turn(delivered, always(text("ok")))
    assert session.provider[-2]["content"] == delivered, "what the user quotes stays as the user wrote it"
    session.turn(f"my own: {KEY}", always(text("ok")))
    assert KEY not in json.dumps(session.provider[-2])


def test_no_shape_of_a_placeholder_carries_a_secret() -> None:
    """One in 32 strangers has the right check character: only known labels keep a secret out of the label."""
    texts = [f"[{UPPER}_2222222{last}]" for last in "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"]
    texts += [f"[{UPPER}_#22222222222{last}]" for last in "0123456789abcdef"]
    body = ask(gate(), request([text(one) for one in texts])).forward.body or b""
    assert UPPER.encode() not in body
