"""Signed JSON for programs.

Strategy: `gatehouse-signature: t=SECONDS,v1=HEX`, HMAC-SHA256 over `SECONDS.BODY`. The time is part of what is signed,
so that a message that somebody kept cannot be sent again later; while a secret is being changed there is a `v1` of
each.

Rules:
- `gatehouse-notification` is the same at every try: at least once is what we promise, once is what the receiver makes
  of it.
- Texts are as they are, not made visible: JSON carries every character, and what shows them has to escape them.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sidecar.control.notify.message import link
from sidecar.control.notify.news import Call, News

SIGNATURE = "gatehouse-signature"
NOTIFICATION = "gatehouse-notification"


def body(identifier: str, news: News, url: str) -> bytes:
    said: dict[str, object] = {
        "id": identifier,
        "occasion": news.occasion.value,
        "at": news.at,
        "link": link(news, url),
    }
    if news.call is not None:
        said["call"] = _call(news.call)
    if news.stop is not None:
        said["block"] = asdict(news.stop)
    return json.dumps(said, separators=(",", ":")).encode()


def headers(identifier: str, content: bytes, secrets: Sequence[str], at: float) -> Mapping[str, str]:
    return {
        "content-type": "application/json",
        NOTIFICATION: identifier,
        SIGNATURE: signature(content, secrets, int(at)),
    }


def signature(content: bytes, secrets: Sequence[str], at: int) -> str:
    signed = b"%d.%b" % (at, content)
    made = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={at}", *(f"v1={one}" for one in made)))


def _call(call: Call) -> Mapping[str, object]:
    """Without `content` and rationales where they are not allowed, so that nobody takes them for empty."""
    said = asdict(call)
    if call.content is None:
        del said["content"]
        for decision in said["decisions"]:
            del decision["rationale"]
    return said
