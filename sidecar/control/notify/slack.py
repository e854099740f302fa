"""A message for Slack and for what takes the same (Mattermost reads only `text`, and as Markdown).

Rules:
- In blocks everything is `plain_text`, where nothing is a link or a mention, but the masked texts, which stand in a
  code block; `&`, `<` and `>` are entities everywhere, or `<!channel>` would call everybody.
- In `text` what Slack or Markdown would obey is taken apart by a character without width: `@here`, `://`, `](`.
"""

import json
import re

from sidecar.control.notify.message import Message, Text

MOST_FIELDS = 10
LONGEST_HEADER = 150
LONGEST_BLOCK = 3_000
APART = "\u2060"  # word joiner: no width, and no line break either
_OBEYED = re.compile(r"[@`*_~!#|]|:(?=//)|\](?=[(\[])")


def body(message: Message) -> bytes:
    fields: list[dict[str, object]] = [_plain(f"{label}\n{said}") for label, said in message.facts]
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(message.title, LONGEST_HEADER)},
        {"type": "section", "text": _plain(message.sentence or message.title)},
        *_fields(fields),
        *(block for text in message.texts for block in _text(text)),
    ]
    if message.more:
        blocks.append({"type": "context", "elements": [_plain(f"{message.more} more on the card")]})
    button = {"type": "button", "text": _plain(message.action), "url": message.link, "style": "primary"}
    blocks.append({"type": "actions", "elements": [button]})
    text = f"{apart(message.title)}\n{message.link}"
    return json.dumps({"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}).encode()


def _fields(fields: list[dict[str, object]]) -> list[dict[str, object]]:
    starts = range(0, len(fields), MOST_FIELDS)
    return [{"type": "section", "fields": fields[at : at + MOST_FIELDS]} for at in starts]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def apart(text: str) -> str:
    """Text of which nothing is obeyed in mrkdwn or Markdown."""
    return escaped(_OBEYED.sub(lambda found: f"{found[0]}{APART}", text))


def _plain(text: str, longest: int = LONGEST_BLOCK) -> dict[str, object]:
    """Never empty: Slack would refuse the whole message."""
    return {"type": "plain_text", "text": _fitting(text or "-", longest), "emoji": False}


def _text(text: Text) -> list[dict[str, object]]:
    title = f"{text.title} (the beginning)" if text.cut else text.title
    # Three of them would end the code block.
    inside = text.whole.replace("`", f"`{APART}")
    code = f"```\n{_fitting(inside, LONGEST_BLOCK - 10)}\n```"
    return [
        {"type": "context", "elements": [_plain(title)]},
        {"type": "section", "text": {"type": "mrkdwn", "text": code, "verbatim": True}},
    ]


def _fitting(text: str, longest: int) -> str:
    """Escaped, and no longer than Slack takes; never cut within an entity."""
    while len(made := escaped(text)) > longest:
        text = text[: len(text) - max(1, (len(made) - longest) // 5)]
    return made
