import hashlib
from dataclasses import replace

import pytest

from sidecar.core.model.block import Block, Target, session_of
from sidecar.core.model.caller import Caller

ADA = Caller("ada", "company", ("eng",), "session-1", "reviewer", token="token-1", issued=100.0)
HASHED = hashlib.sha256(b"token-1").hexdigest()


@pytest.mark.parametrize(
    ("target", "value", "stopped", "note"),
    [
        (Target.SESSION, "session-1", True, "its session"),
        (Target.SESSION, "session-2", False, "another session"),
        (Target.SUBJECT, "ada", True, "who it is"),
        (Target.SUBJECT, "bob", False, "somebody else"),
        (Target.AGENT, "reviewer", True, "what it calls itself"),
        (Target.CONNECTION, "claude", True, "where it goes"),
        (Target.CONNECTION, "tickets", False, "where others go"),
        (Target.TOKEN, HASHED, True, "its token, by the hash of the id"),
        (Target.TOKEN, "token-1", False, "an id is never named as it is"),
        (Target.QUARANTINE, "company/ada/session-1", True, "its session, as this caller"),
        (Target.QUARANTINE, "company/bob/session-1", False, "a session of the same name of somebody else"),
        (Target.ALL, "", True, "everyone"),
    ],
)
def test_whom_it_stops(target: Target, value: str, stopped: bool, note: str) -> None:
    assert Block("b1", target, value, "Stopped.", 1.0).stops(ADA, "claude") is stopped, note


@pytest.mark.parametrize(
    ("issued", "stopped"), [(99.0, True), (100.0, True), (100.5, False), (None, True)],
)  # fmt: skip
def test_tokens_made_after_it_are_free(issued: float | None, stopped: bool) -> None:
    block = Block("b1", Target.SUBJECT, "ada", "Called back.", 100.0, before=100.0)
    assert block.stops(replace(ADA, issued=issued), "claude") is stopped


@pytest.mark.parametrize("target", [Target.TOKEN, Target.SESSION, Target.AGENT])
def test_a_caller_without_one_is_not_named_by_nothing(target: Target) -> None:
    bare = Caller("ada", "company")
    assert not Block("b1", target, hashlib.sha256(b"").hexdigest(), "Stopped.", 1.0).stops(bare, "claude")
    assert not Block("b1", target, "", "Stopped.", 1.0).stops(bare, "claude")


def test_no_two_sessions_are_called_the_same() -> None:
    callers = [
        Caller("ada/x", "company", (), "y"),
        Caller("ada", "company", (), "x/y"),
        Caller("ada", "company/x"),
        ADA,
    ]
    assert len({session_of(caller) for caller in callers}) == len(callers)
    assert session_of(Caller("ada@example.com", "company")) == "company/ada@example.com/"
