"""The signature of a thinking block: it holds for exactly this text after exactly this past.

Strategy: the signature carries the digest of every part of the prefix and an HMAC over them, so that checking it
needs no memory and can say which part changed.

Rules: the key is fixed, because a conversation has to outlive a restart of the simulator and there is nothing to
protect: the seal is here to notice changes, not to keep anyone out.
"""

import base64
import binascii
import hashlib
import hmac

from sidecar.simulator.ask import Ask
from sidecar.simulator.canonical import THINKING, digest, head, turn_digests, turns, without_thinking
from sidecar.simulator.reply import Json

KEY = b"gatehouse simulator"
MAC = hashlib.sha256().digest_size
PIECE = 8  # bytes of each digest

Prefix = tuple[tuple[str, str], ...]  # (name of the part, its digest)


def prefix(ask: Ask, before: int, blocks: tuple[Json, ...]) -> Prefix:
    """What stands before a block: the head, `before` turns, and the blocks before it in its own turn."""
    parts = [(f"turn {at}", value) for at, value in enumerate(turn_digests(ask)[:before])]
    return (*head(ask), *parts, ("the same answer", digest(without_thinking(blocks))))


def sign(before: Prefix, text: str) -> str:
    pieces = b"".join(bytes.fromhex(value) for _, value in before) + bytes.fromhex(digest(text))
    return base64.b64encode(hmac.digest(KEY, pieces, "sha256") + pieces).decode()


def broken(signature: str, before: Prefix, text: str) -> str | None:
    """What changed since this was signed, or nothing."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return "the signature"
    mac, pieces = raw[:MAC], raw[MAC:]
    if not hmac.compare_digest(mac, hmac.digest(KEY, pieces, "sha256")):
        return "the signature"
    signed = [pieces[at : at + PIECE].hex() for at in range(0, len(pieces), PIECE)]
    now = [*before, ("the text", digest(text))]
    if len(signed) != len(now):
        return f"the number of turns before it: {len(signed) - 4} then, {len(now) - 4} now"
    return next((name for (name, value), then in zip(now, signed, strict=True) if value != then), None)


def check_all(ask: Ask) -> tuple[int, list[tuple[str, str]]]:
    """How many seals a request carries, and for each broken one its place and what changed."""
    found = 0
    wrong: list[tuple[str, str]] = []
    for at, turn in enumerate(turns(ask.messages)):
        for place, block in enumerate(turn.content):
            if turn.role != "assistant" or block.get("type") not in THINKING:
                continue
            found += 1
            signature = str(block.get("signature", block.get("data", "")))
            what = broken(signature, prefix(ask, at, turn.content[:place]), str(block.get("thinking", "")))
            if what:
                wrong.append((f"messages.{at}.content.{place}", what))
    return found, wrong
