"""Messages for Teams: an Adaptive Card in which nothing of unknown origin is Markdown."""

import json
from collections.abc import Iterator

from sidecar.control.notify.message import message
from sidecar.control.notify.teams import CARD, body
from tests.unit.control.notify.told import URL, evil_message, news


def card(made: bytes) -> dict[str, object]:
    said = json.loads(made)
    (attachment,) = said["attachments"]
    assert (said["type"], attachment["contentType"], attachment["contentUrl"]) == ("message", CARD, None)
    content: dict[str, object] = attachment["content"]
    return content


def kinds(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "type" in value:
            yield str(value["type"])
        for inner in value.values():
            yield from kinds(inner)
    if isinstance(value, list):
        for inner in value:
            yield from kinds(inner)


def test_a_card_at_a_glance() -> None:
    made = card(body(message(news(), URL)))
    rows = [["".join(run["text"] for run in block["inlines"])] for block in made["body"]]  # type: ignore[attr-defined]
    assert rows[0] == ["A call waits for you: Bash for dev"]
    assert ["Caller: dev"] in rows
    assert rows[-1] == ["rm -rf /srv \\x00 <b>U+202E"]
    assert made["actions"] == [
        {"type": "Action.OpenUrl", "title": "Look and decide", "url": f"{URL}/approvals/tk_1"},
    ]


def test_the_risky_part_is_marked() -> None:
    made = card(body(message(news(), URL)))
    marked = [run for run in made["body"][-1]["inlines"] if run["highlight"]]  # type: ignore[index]
    assert [(run["text"], run["fontType"]) for run in marked] == [("rm -rf", "Monospace")]


def test_nothing_in_it_is_markdown() -> None:
    made = body(evil_message())
    assert set(kinds(card(made))) == {"AdaptiveCard", "RichTextBlock", "TextRun", "Action.OpenUrl"}
    assert len(made) < 28_000, "what Teams takes"
