"""Messages for Slack and for what takes the same."""

import json
import re
from collections.abc import Iterator

from sidecar.control.notify.message import message
from sidecar.control.notify.slack import LONGEST_BLOCK, LONGEST_HEADER, _fitting, apart, body, escaped
from sidecar.core.approval.asked import Excerpt
from tests.unit.control.notify.told import URL, evil_message, news, ticket


def texts(value: object) -> Iterator[dict[str, object]]:
    """Every text object."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield value
        for inner in value.values():
            yield from texts(inner)
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_a_card_at_a_glance() -> None:
    said = json.loads(body(message(news(), URL)))
    assert said["text"] == f"A call waits for you: Bash for dev\n{URL}/approvals/tk_1"
    header, why, facts, title, code, actions = said["blocks"]
    assert header["text"]["text"] == "A call waits for you: Bash for dev"
    assert why["text"] == {"type": "plain_text", "text": "It destroys data.", "emoji": False}
    assert [field["text"].split("\n")[0] for field in facts["fields"]][:3] == ["Caller", "Agent", "Session"]
    assert title["elements"][0]["text"] == "Tool Bash"
    assert code["text"]["text"] == "```\nrm -rf /srv \\x00 &lt;b&gt;U+202E\n```"
    assert actions["elements"][0]["url"] == f"{URL}/approvals/tk_1"


def test_nothing_in_it_is_obeyed() -> None:
    said = json.loads(body(evil_message()))
    for one in texts(said["blocks"]):
        text = str(one["text"])
        assert "<" not in text
        assert ">" not in text
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)
        if one["type"] == "mrkdwn":
            assert text.startswith("```\n")
            assert text.endswith("\n```")
            assert "``" not in text[3:-3]
            assert one["verbatim"] is True
    text = said["text"].removesuffix(f"\n{URL}/approvals/tk_1")
    for obeyed in ("<", ">", "@here", "://", "](", "``"):
        assert obeyed not in text, obeyed


def test_within_what_slack_takes() -> None:
    made = body(message(news(of=ticket(subject="<" * 4_000, why="&" * 4_000)), URL))
    said = json.loads(made)
    assert len(said["blocks"][0]["text"]["text"]) <= LONGEST_HEADER
    assert all(len(str(one["text"])) <= LONGEST_BLOCK for one in texts(said["blocks"]))
    assert all(len(block.get("fields", ())) <= 10 for block in said["blocks"])
    evil = json.loads(body(evil_message()))
    assert all(len(str(one["text"])) <= LONGEST_BLOCK for one in texts(evil["blocks"]))
    assert len(evil["blocks"]) <= 50


def test_never_cut_within_an_entity() -> None:
    for longest in range(1, 30):
        made = _fitting("<&>" * 20, longest)
        assert len(made) <= longest
        assert re.fullmatch(r"(&lt;|&amp;|&gt;)*", made)


def test_what_says_nothing_is_not_empty() -> None:
    """Slack refuses a whole message for one empty text."""
    said = json.loads(body(message(news(of=ticket(why="", content=(Excerpt("", ""),))), URL)))
    assert all(one["text"] for one in texts(said["blocks"]))


def test_written_apart() -> None:
    assert escaped("<!channel> & co") == "&lt;!channel&gt; &amp; co"
    assert apart("@all") == "@\u2060all"
    assert apart("plain words, (too)") == "plain words, (too)"
