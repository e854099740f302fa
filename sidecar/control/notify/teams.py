"""A message for a Teams workflow: an Adaptive Card.

Rule: TextBlock and FactSet take Markdown, so that a name could bring a link of its own; what is of unknown origin
stands in the runs of a RichTextBlock, which are text and nothing else.
"""

import json

from sidecar.control.notify.message import Message, Text

CARD = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def body(message: Message) -> bytes:
    blocks = [
        _rich(_run(message.title, weight="Bolder", size="Large")),
        _rich(_run(message.sentence)),
        *(_rich(_run(f"{label}: ", isSubtle=True), _run(said)) for label, said in message.facts),
        *(block for text in message.texts for block in _text(text)),
    ]
    if message.more:
        blocks.append(_rich(_run(f"{message.more} more on the card", isSubtle=True)))
    card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        # What Teams shows everywhere, also on phones.
        "version": "1.4",
        "body": blocks,
        "actions": [{"type": "Action.OpenUrl", "title": message.action, "url": message.link}],
    }
    attachment = {"contentType": CARD, "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}).encode()


def _text(text: Text) -> list[dict[str, object]]:
    title = f"{text.title} (the beginning)" if text.cut else text.title
    marked = (_run(piece, fontType="Monospace", highlight=is_marked) for piece, is_marked in text.pieces)
    return [_rich(_run(title, weight="Bolder")), _rich(*marked)]


def _rich(*runs: dict[str, object]) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **looks: object) -> dict[str, object]:
    return {"type": "TextRun", "text": text, **looks}
