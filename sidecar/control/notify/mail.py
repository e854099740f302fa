"""A message as a mail: plain text, and the same as HTML.

Rules:
- Nothing of unknown origin goes into a header but the subject, on one line and without control characters; the standard
  library encodes it.
- `Message-ID` is made of the notification's own id: a mail that is sent twice is one mail to whoever reads it.
"""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markupsafe import Markup, escape

from sidecar.control.notify.message import Message, Text
from sidecar.settings.notify import Email

LONGEST_SUBJECT = 150
_TITLE = Markup('<h2 style="font-size:18px;margin:0 0 8px">{}</h2><p style="margin:0 0 16px">{}</p>')
_FACT = Markup('<tr><td style="color:#5f6977;padding:2px 16px 2px 0;vertical-align:top">{}</td><td>{}</td></tr>')
_FACTS = Markup('<table style="border-collapse:collapse;margin:0 0 16px;font-size:14px">{}</table>')
_TEXT = Markup(
    '<h3 style="font-size:13px;color:#5f6977;margin:0 0 4px">{}</h3><pre style="background:#eff1f4;padding:12px;'
    'border-radius:6px;white-space:pre-wrap;word-break:break-word;font-size:13px;margin:0 0 16px">{}</pre>'
)
_MARK = Markup('<mark style="background:#fcf1da;text-decoration:underline">{}</mark>')
_LINK = Markup(
    '<p style="margin:0 0 16px"><a href="{}" style="background:#2557d6;color:#fff;padding:10px 16px;border-radius:6px;'
    'text-decoration:none">{}</a></p>'
)
_PAGE = Markup(
    '<!doctype html><html><body style="font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;color:#161a21">'
    "{}</body></html>"
)


def mail(message: Message, to: Email, identifier: str, at: float) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["Subject"] = message.title[:LONGEST_SUBJECT]
    made["From"] = to.sender
    made["To"] = ", ".join(to.to)
    made["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    made["Message-ID"] = f"<{identifier}@{to.sender.rpartition('@')[2]}>"
    # RFC 3834: nobody is away on holiday for a program.
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(plain(message))
    made.add_alternative(html(message), subtype="html")
    return made


def plain(message: Message) -> str:
    width = max((len(label) for label, _ in message.facts), default=0) + 2
    facts = "\n".join(f"{f'{label}:':{width}}{said}" for label, said in message.facts)
    texts = (f"{_titled(text)}\n\n{_indented(text.whole)}" for text in message.texts)
    more = f"{message.more} more on the card." if message.more else ""
    parts = (message.title, message.sentence, facts, *texts, more, f"{message.action}: {message.link}")
    return "\n\n".join(part for part in parts if part) + "\n"


def html(message: Message) -> str:
    facts = Markup("").join(_FACT.format(label, said) for label, said in message.facts)
    parts = [_TITLE.format(message.title, message.sentence), _FACTS.format(facts) if facts else Markup("")]
    parts += [_TEXT.format(_titled(text), _pieces(text)) for text in message.texts]
    if message.more:
        parts.append(Markup("<p>{} more on the card.</p>").format(message.more))
    return str(_PAGE.format(Markup("").join((*parts, _LINK.format(message.link, message.action)))))


def _pieces(text: Text) -> Markup:
    return Markup("").join(_MARK.format(piece) if marked else escape(piece) for piece, marked in text.pieces)


def _titled(text: Text) -> str:
    return f"{text.title} (the beginning)" if text.cut else text.title


def _indented(text: str) -> str:
    return "\n".join(f"    {one}" for one in text.splitlines())
