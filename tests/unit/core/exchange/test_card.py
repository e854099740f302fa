"""What people are shown: masked, marked, and no more than they can read."""

import json
from random import Random

import pytest

from sidecar.core.approval.asked import Asked, Excerpt
from sidecar.core.exchange.card import MOST_BEFORE, MOST_CONTENT, MOST_EARLIER, MOST_TEXT
from tests.unit.core.exchange.building import KEY, KEY2, MAIL, UPPER, request
from tests.unit.core.exchange.held import HOLDS, PROMPT, held, holding

CALL_ITSELF = "\n  - {id: budget, if: 'request.max_tokens > 50', do: hold}\n"


def marked(excerpt: Excerpt) -> list[str]:
    return [excerpt.text[mark.start : mark.end] for mark in excerpt.marks]


def card(*content: object, rules: str = HOLDS, **fields: object) -> Asked:
    return held(holding(rules), request(*content, **fields))[1]


def test_the_words_that_are_to_be_decided_are_shown_and_marked() -> None:
    (prompt,) = card(PROMPT).content
    assert (prompt.title, prompt.text) == ("Prompt", PROMPT)
    assert marked(prompt) == ["deploy to prod"]
    assert prompt.marks[0].rule == "deploys"


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (f"{MAIL} ", "", "a mask before it"),
        ("", f" {KEY}", "a mask behind it"),
        (f"{MAIL} {KEY} ", f" {UPPER}", "masks around it"),
        ("naïve \U0001f600 café ", " ü", "letters of several bytes"),
        (f"\U0001f600 {MAIL} ü ", f" {MAIL}", "both"),
    ],
)
def test_marks_move_with_the_text(before: str, after: str, note: str) -> None:
    (prompt,) = card(f"{before}deploy to live{after}").content
    assert marked(prompt) == ["deploy to live"], note
    assert not {MAIL, KEY, UPPER} & set(prompt.text.split()), note


def test_two_marks_in_one_text_and_two_texts() -> None:
    content = [{"type": "text", "text": "deploy to prod, then deploy to live"}, {"type": "text", "text": PROMPT}]
    one, two = card(content).content
    assert marked(one) == ["deploy to prod", "deploy to live"]
    assert marked(two) == ["deploy to prod"]


def test_where_a_detector_minds_it_the_placeholder_is_marked() -> None:
    rules = "\n  - {id: letters, detect: [pii/email], do: hold}\n"
    (prompt,) = card(f"write to {MAIL} today", rules=rules).content
    assert MAIL not in prompt.text
    (mark,) = marked(prompt)
    assert mark.startswith("[EMAIL_")
    assert mark.endswith("]")


def test_a_secret_inside_of_what_a_rule_holds_is_not_shown() -> None:
    rules = "\n  - {id: curls, match: {regex: 'curl .*'}, do: hold}\n"
    (prompt,) = card(f"curl -H {KEY} https://x.example", rules=rules).content
    assert KEY not in prompt.text
    (mark,) = marked(prompt)
    assert mark.startswith("curl -H [KEY_")
    assert mark.endswith("https://x.example")


def test_a_value_that_is_known_is_struck_out_where_no_detector_sees_it() -> None:
    """`KEY` with letters around it is no key to the detector; it is the same value."""
    (one, two) = card(
        [{"type": "text", "text": f"{PROMPT} {KEY}"}, {"type": "text", "text": f"{PROMPT} x{KEY}x"}]
    ).content
    assert KEY not in one.text + two.text


@pytest.mark.parametrize("size", [MOST_TEXT - 200, MOST_TEXT + 1, 3 * MOST_TEXT])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_long_text_is_cut_around_its_mark_and_says_so(size: int, place: float) -> None:
    filling = ("word ü " * size)[:size]
    at = int(place * size)
    (prompt,) = card(f"{filling[:at]} {PROMPT} {filling[at:]}").content
    assert len(prompt.text.encode()) <= MOST_TEXT + 100
    assert marked(prompt) == ["deploy to prod"]
    assert ("left out" in prompt.text) == (len(f"{filling} {PROMPT} ".encode()) > MOST_TEXT)


def test_more_texts_than_a_person_reads() -> None:
    texts = [{"type": "text", "text": f"{PROMPT} {number}"} for number in range(30)]
    *shown, more = card(texts).content
    assert len(shown) == MOST_CONTENT
    assert more.text == f"{30 - MOST_CONTENT} more texts are not shown here."
    assert MOST_CONTENT + MOST_EARLIER <= 20


USED = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": f"cat {MAIL}"}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": f"deploy to prod {KEY}"}


def test_a_result_is_named_after_its_tool_and_what_came_before_is_told() -> None:
    one = card("first", [{"type": "text", "text": "let me look"}, USED], [RESULT])
    assert [each.title for each in one.content] == ["Result of Bash"]
    assert one.tool == "Bash"
    assert [(each.title, each.marks) for each in one.before] == [("Assistant", ()), ("Tool Bash", ())]
    assert one.before[0].text == "let me look"
    assert "command: cat [EMAIL_" in one.before[1].text


def test_a_hold_of_the_call_itself_shows_the_newest_message() -> None:
    one = card("first", "an answer", "second", rules=CALL_ITSELF)
    assert [(each.title, each.text, each.marks) for each in one.content] == [("Prompt", "second", ())]
    assert [each.text for each in one.before] == ["an answer"]
    assert one.why == "A rule about who may call what, and how, asks people first."


def test_what_came_before_is_short() -> None:
    turns = [text for number in range(20) for text in (f"ask {number}", f"answer {number} " + "x" * 9000)]
    one = card(*turns, PROMPT)
    assert len(one.before) == MOST_EARLIER
    assert one.before[-1].text.startswith("answer 19")
    assert all(len(each.text.encode()) <= MOST_BEFORE + 100 for each in one.before)


def test_planted_values_are_on_no_card() -> None:
    random = Random(4)  # noqa: S311  (where values are planted, no secret)
    values = [KEY, KEY2, UPPER, MAIL]
    words = ["deploy to prod", "and", "then", "\U0001f600", "\n", "{", "deploy to live", "x"]
    for _ in range(60):
        texts = [" ".join(random.choice([*values, *words]) for _ in range(random.randrange(1, 20))) for _ in range(6)]
        body = request(*texts, f"deploy to prod {random.choice(values)}", system=KEY)
        for rules in (HOLDS, CALL_ITSELF):
            one = held(holding(rules), body)[1]
            shown = repr((one, one.content, one.before))
            assert not [value for value in values if value in shown], (texts, shown)
            assert all(text.startswith("deploy to ") for each in one.content for text in marked(each))


def test_a_card_is_json() -> None:
    one = card(f"{PROMPT} \x1b[31m\u202e\x00")
    assert one.content[0].text.endswith("\x1b[31m\u202e\x00"), "who shows it makes it harmless"
    assert json.dumps([each.text for each in one.content]).encode()
    one.content[0].text.encode()
