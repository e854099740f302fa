"""What a person reads, in whatever they read it: a headline, a sentence, a few facts, perhaps texts, and a link.

Rules:
- Every text of unknown origin comes out of here on one line, without anything that cannot be seen, and cut: a message
  is for a glance, the card has the rest. How one chat or mail writes special characters is its own module's matter.
- Nobody decides by a message: the link leads to the card, and the card asks who you are.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote

from sidecar.control.notify.news import Call, News, Said, Stop
from sidecar.control.visible import line, plain
from sidecar.core.approval.asked import Excerpt
from sidecar.settings.notify import Occasion

LONGEST_FACT = 200
LONGEST_SENTENCE = 500
# Slack takes 3,000 characters a block, Teams 28 KB a card.
LONGEST_TEXT = 1_500
MOST_TEXTS = 3


@dataclass(frozen=True, slots=True)
class Text:
    """A masked text of the card, in pieces; the marked ones are why the call is held. `cut`: there is more."""

    title: str
    pieces: tuple[tuple[str, bool], ...]
    cut: bool

    @property
    def whole(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    link: str
    action: str
    texts: tuple[Text, ...] = ()
    more: int = 0  # texts that only the card shows


def message(news: News, url: str) -> Message:
    """`url`: where people reach the console."""
    if news.call is not None:
        return _of_call(news.occasion, news.call, url)
    if news.stop is not None:
        return _of_stop(news.occasion, news.stop, news.at, url)
    return Message(
        "This is a test",
        "Gatehouse can reach you here. Nothing is waiting.",
        (),
        f"{url}/notifications",
        "See deliveries",
    )


def link(news: News, url: str) -> str:
    return message(news, url).link


def _of_call(occasion: Occasion, call: Call, url: str) -> Message:
    texts = call.content or ()
    return Message(
        title=_cut(f"{_HEADS[occasion](call)}: {_what(call)}", LONGEST_FACT),
        sentence=_cut(line(call.why), LONGEST_SENTENCE),
        facts=tuple((label, _cut(line(said), LONGEST_FACT)) for label, said in _facts(occasion, call) if said),
        link=f"{url}/approvals/{quote(call.ticket, safe='')}",
        action="Look and decide" if occasion in _ASKING else "See the card",
        texts=tuple(_text(one) for one in texts[:MOST_TEXTS]),
        more=max(0, len(texts) - MOST_TEXTS),
    )


def _what(call: Call) -> str:
    who = line(call.subject)
    if call.tool:
        return f"{line(call.tool)} for {who}"
    return f"a request of {who}"


def _facts(occasion: Occasion, call: Call) -> tuple[tuple[str, str | None], ...]:
    return (
        ("Caller", call.subject),
        ("Agent", call.agent),
        ("Session", call.session),
        ("Connection", call.connection),
        ("Model", call.model),
        ("Rule", f"{call.rule} of {call.policy}"),
        ("Who may decide", " or ".join(call.approvers) or "any reviewer"),
        ("Approvals", f"{call.approvals} of {call.approvals_needed}"),
        ("Until", moment(call.deadline) if occasion in _ASKING else None),
        *(("Said yes" if one.yes else "Said no", _said(one)) for one in call.decisions),
    )


def _said(one: Said) -> str:
    return f"{one.subject}, {moment(one.at)}" + (f": {one.rationale}" if one.rationale else "")


def _of_stop(occasion: Occasion, stop: Stop, at: float, url: str) -> Message:
    head = "Stopped" if occasion is Occasion.BLOCKED else "No longer stopped"
    # Of a token only the hash of its id is known: nothing that a person could read.
    named = "" if stop.target == "token" else f" {line(stop.value)}".rstrip()
    what = "everything" if stop.target == "all" else f"{stop.target}{named}"
    return Message(
        title=_cut(f"{head}: {what}", LONGEST_FACT),
        sentence=_cut(line(stop.reason), LONGEST_SENTENCE),
        facts=(("By", _cut(line(stop.by), LONGEST_FACT)), ("At", moment(at))),
        link=f"{url}/stop",
        action="See what is stopped",
    )


def _text(one: Excerpt) -> Text:
    pieces = [(plain(piece), is_marked) for piece, is_marked in _pieces(one)]
    shown, left = [], LONGEST_TEXT
    for piece, is_marked in pieces:
        if fitting := piece[:left]:
            shown.append((fitting, is_marked))
            left -= len(fitting)
    cut = sum(len(piece) for piece, _ in pieces) > LONGEST_TEXT
    return Text(_cut(line(one.title), LONGEST_FACT), tuple(shown) or (("", False),), cut)


def _pieces(one: Excerpt) -> Iterator[tuple[str, bool]]:
    """All of the text in order. Where marks overlap the first one wins."""
    at = 0
    for mark in sorted(one.marks, key=lambda mark: mark.start):
        start, end = max(at, mark.start), min(mark.end, len(one.text))
        if start < end:
            yield one.text[at:start], False
            yield one.text[start:end], True
            at = end
    yield one.text[at:], False


def moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _decided(call: Call) -> str:
    return "Denied" if call.state == "denied" else "Approved"


def _expired(call: Call) -> str:
    return "Nobody came for its approval" if call.approvals >= call.approvals_needed else "Nobody decided in time"


_ASKING = frozenset({Occasion.OPENED, Occasion.REMINDER})
_HEADS: Mapping[Occasion, Callable[[Call], str]] = MappingProxyType(
    {
        Occasion.OPENED: lambda _: "A call waits for you",
        Occasion.REMINDER: lambda _: "Still waiting, half of its time is over",
        Occasion.DECIDED: _decided,
        Occasion.EXPIRED: _expired,
        Occasion.TEST: lambda _: "This is a test",
    }
)
