from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Refused
from sidecar.simulator.ask import Ask
from sidecar.simulator.magic import WORDS, Word, by_magic, help_text, split
from sidecar.simulator.reply import Cut, Delivery, Reply, Say, Think, Use, Whole

Make = Callable[..., Ask]
USE = {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}
RESULT = ("user", [{"type": "tool_result", "tool_use_id": "t", "content": "x"}])


def never(_text: str) -> int:
    return 0


@pytest.mark.parametrize(
    ("text", "plain", "words", "note"),
    [
        ("hello", "hello", [], "none"),
        ("[[echo]]", "", [Word("echo", "")], "one"),
        ("a [[think]] b [[say:c]] d", "a  b  d", [Word("think", ""), Word("say", "c")], "in the middle of a text"),
        ("[[say:x [EMAIL_K7Q2]]]", "", [Word("say", "x [EMAIL_K7Q2]")], "a placeholder at the end"),
        ("[[say:[EMAIL_K7Q2] x]]", "", [Word("say", "[EMAIL_K7Q2] x")], "a placeholder at the beginning"),
        ("[[say:a\nb]]", "", [Word("say", "a\nb")], "more than one line"),
        ('[[tool:Bash {"a": [["x"]]}]]!', "!", [Word("tool", 'Bash {"a": [["x"]]}')], "JSON that holds brackets"),
        ('[[tool:Bash {"a": "]]"}]]', "", [Word("tool", 'Bash {"a": "]]"}')], "JSON that holds the ending"),
        ("[[tool:Bash]]", "", [Word("tool", "Bash")], "a tool without input"),
        ("[[unheard]] [[of:x]]", "[[unheard]] [[of:x]]", [], "a word that is not magic"),
    ],
)
def test_split(text: str, plain: str, words: list[Word], note: str) -> None:
    assert split(text) == (plain, words), note


REPLIES = [
    ("[[say:a]][[say:b]]", Reply((Say("a"), Say("b"))), "two texts"),
    ("hey [[echo]]", Reply((Say("hey"),)), "the prompt itself"),
    (
        "[[think]][[echo]]",
        Reply((Think("Let me look at what was asked before I answer."), Say("(nothing)"))),
        "thinking",
    ),
    ("[[think:hm]][[redacted]]", Reply((Think("hm"), Think("", redacted=True))), "thinking of two kinds"),
    (
        '[[tool:Bash {"a":  1}]][[tool:Read]]',
        Reply((Use("Bash", '{"a":  1}'), Use("Read"))),
        "parallel calls, as written",
    ),
    ('[[block:{"type": "x"}]]', Reply((Whole({"type": "x"}),)), "a block"),
    ("[[stop:max_tokens]]", Reply(stop="max_tokens"), "how it ends"),
    ("[[slow:1]][[stall:0.5]][[pace:2]]", Reply(delivery=Delivery(slow=1, stall=0.5, pace=2)), "waits"),
    ("[[cut]]", Reply(delivery=Delivery(cut=Cut.RESET)), "a reset"),
    ("[[cut:close]][[error]]", Reply(delivery=Delivery(cut=Cut.CLOSE, error=529)), "a close, and an error"),
    ("[[chunk:3]][[wire:10]][[ping:2]]", Reply(delivery=Delivery(sizes=(3,), wire=10, pings=2)), "sizes"),
    ("[[gzip]][[unknown]]", Reply(delivery=Delivery(encoding="gzip", unknown=True)), "an encoding, an unknown event"),
    ("[[br]]", Reply(delivery=Delivery(encoding="br")), "brotli"),
    ("[[zstd]]", Reply(delivery=Delivery(encoding="zstd")), "zstandard"),
]


@pytest.mark.parametrize(("prompt", "reply", "note"), REPLIES)
def test_words_become_a_reply(prompt: str, reply: Reply, note: str, make_ask: Make) -> None:
    assert by_magic(make_ask(prompt), never) == reply, note


def test_huge_and_cite(make_ask: Make) -> None:
    reply = by_magic(make_ask("[[huge:300]][[cite:so it is]]"), never)
    huge, cite = reply.parts
    assert len(huge.text) == 300 * 1024
    assert cite.citations[0]["cited_text"] == "so it is"


@pytest.mark.parametrize(
    ("said", "expected", "note"),
    [
        (["hello"], None, "no magic"),
        (["[[say:old]]", ("assistant", "x"), "new"], None, "magic in an earlier prompt"),
        (["[[say:1]][[then]][[say:2]]"], "1", "the first turn"),
        (["[[say:1]][[then]][[say:2]]", ("assistant", [USE]), RESULT], "2", "the second turn"),
        (
            ["[[say:1]][[then]][[say:2]]", ("assistant", [USE]), RESULT, ("assistant", "x"), RESULT],
            None,
            "after the last",
        ),
        (["[[then]][[say:2]]"], None, "nothing for the first turn"),
    ],
)
def test_turns(said: list[object], expected: str | None, note: str, make_ask: Make) -> None:
    reply = by_magic(make_ask(*said), never)
    assert (reply.parts[0].text if reply else None) == expected, note


@pytest.mark.parametrize(
    ("prompt", "before", "status", "note"),
    [
        ("[[status:500]]", 99, 500, "always"),
        ("[[status:529 2]]", 1, 529, "the second time"),
        ("[[status:529 2]]", 2, None, "no more"),
        ("[[status:401 final]]", 99, 401, "always, and final"),
    ],
)
def test_failures(prompt: str, before: int, status: int | None, note: str, make_ask: Make) -> None:
    reply = by_magic(make_ask(prompt), lambda _text: before)
    assert (reply.failure.status if reply.failure else None) == status, note
    if "final" in prompt:
        assert reply.failure.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    "prompt",
    ["[[say:x", "[[slow:soon]]", "[[status:no]]", "[[cut:sideways]]", '[[tool:Bash {"a"]]', "[[tool:Bash nonsense]]",
     '[[tool:Bash ["a"]]]', '[[block:{"x": 1}]]', "[[tool: ]]", "[[huge:big]]"],
)  # fmt: skip
def test_what_cannot_be_understood_is_said(prompt: str, make_ask: Make) -> None:
    with pytest.raises(Refused) as caught:
        by_magic(make_ask(prompt), never)
    assert caught.value.status == 400
    assert "simulator" in caught.value.message


@settings(max_examples=100)
@given(st.text(alphabet="[]ab:{}\"' echosay", max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        plain, words = split(text)
    except Refused:
        return
    assert all(word.name in WORDS for word in words)
    assert len(plain) <= len(text)


def test_help_names_every_word() -> None:
    assert all(f"[[{word}" in help_text() for word in WORDS)
