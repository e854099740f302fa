"""Signed JSON: what is in it, and that a receiver can prove it as the documentation says."""

import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest

from sidecar.control.notify.webhook import body, headers, signature
from sidecar.settings.notify import Occasion
from tests.unit.control.notify.told import EVIL, URL, denied, evil, news, stopped

DOCUMENTED = Path(__file__).parents[4] / "docs" / "notifications.md"


def verified() -> object:
    """The example of the documentation, as a program."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102
    return names["verified"]


def test_the_documented_example_proves_it() -> None:
    check = verified()
    content = body("nt_1", news(), URL)
    header = headers("nt_1", content, ["new", "old"], 1_000.9)["gatehouse-signature"]
    assert callable(check)
    assert check(header, content, "new", 1_010.0)
    assert check(header, content, "old", 1_010.0), "while the secret is being changed"
    for note, wrong in (
        ("another secret", (header, content, "other", 1_010.0)),
        ("another body", (header, content + b" ", "new", 1_010.0)),
        ("another time", (header.replace("t=1000", "t=1001"), content, "new", 1_010.0)),
        ("kept for an hour", (header, content, "new", 4_600.0)),
        ("no signature at all", ("t=1000", content, "new", 1_010.0)),
        ("nonsense", ("", content, "new", 1_010.0)),
    ):
        assert not check(*wrong), note


def test_the_signature_by_hand() -> None:
    expected = hmac.new(b"k", b"5.{}", hashlib.sha256).hexdigest()
    assert signature(b"{}", ["k"], 5) == f"t=5,v1={expected}"


def test_the_same_words_at_every_try() -> None:
    assert body("nt_1", news(), URL) == body("nt_1", news(), URL)
    assert headers("nt_1", b"", ["k"], 1.0)["gatehouse-notification"] == "nt_1"


def test_a_call() -> None:
    said = json.loads(body("nt_1", news(Occasion.DECIDED, denied("Not now.")), URL))
    assert (said["id"], said["occasion"], said["link"]) == ("nt_1", "decided", f"{URL}/approvals/tk_1")
    call = said["call"]
    assert (call["state"], call["subject"], call["approvers"]) == ("denied", "dev", ["sre"])
    assert call["content"][0]["marks"] == [{"start": 0, "end": 6, "rule": "destructive"}]
    assert call["decisions"] == [
        {"subject": "ann", "provider": "company", "yes": False, "at": 1_100.0, "rationale": "Not now."}
    ]


def test_without_texts() -> None:
    said = json.loads(body("nt_1", news(Occasion.DECIDED, denied("Not now."), content=False), URL))
    assert "content" not in said["call"]
    assert "rationale" not in said["call"]["decisions"][0]


def test_a_block() -> None:
    said = json.loads(body("nt_1", stopped(), URL))
    assert said["block"] == {
        "block": "bl_1",
        "target": "session",
        "value": "s1",
        "reason": "It ran wild.",
        "by": "company/ann",
    }
    assert "call" not in said


@pytest.mark.parametrize("content", [True, False])
def test_texts_as_they_are(content: bool) -> None:
    said = json.loads(body("nt_1", news(of=evil(), content=content), URL))
    assert said["call"]["subject"] == EVIL
