"""A step is kept when all of its checks are, and there is one."""

import pytest

from sidecar.processes.demo.step import Check, Outcome, Seen, Shown

YES, NO = Check("yes", True), Check("no", False)


@pytest.mark.parametrize(
    ("checks", "kept", "note"),
    [
        ((YES,), True, "one"),
        ((YES, YES), True, "two"),
        ((YES, NO), False, "one of two is not"),
        ((), False, "nothing was shown"),
    ],
)
def test_kept(checks: tuple[Check, ...], kept: bool, note: str) -> None:
    assert Seen((), checks).kept is kept, note


def test_as_json() -> None:
    outcome = Outcome(3, "name", "A title", Seen((Shown("who", "what"),), (YES, NO)), 1.2345)
    assert outcome.as_json() == {
        "number": 3,
        "name": "name",
        "title": "A title",
        "kept": False,
        "seconds": 1.23,
        "shown": [{"label": "who", "text": "what"}],
        "checks": [{"says": "yes", "kept": True}, {"says": "no", "kept": False}],
    }
