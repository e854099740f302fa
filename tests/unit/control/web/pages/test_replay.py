"""What the replay's script gets."""

from tests.unit.control.web.answering import NASTY
from tests.unit.control.web.pages.conftest import Shown


async def test_frames_come_in_pieces_and_the_look_is_recorded(shown: Shown) -> None:
    answer = (await shown.browser.get("/sessions/s1/frames")).json()
    assert answer["length"] == 700
    (turn, said) = answer["frames"]
    assert (turn["kind"], turn["at"], turn["role"]) == ("turn", 0, "deny")
    assert said["pieces"][:2] == ["to ", ["[EMAIL_K7Q2M9XA]", "masked", "mails"]]
    assert ["U+202E", "odd", ""] in said["pieces"]
    assert NASTY not in str(said["pieces"])
    assert shown.rig.trail.of("looked")[-1]["at"] == "replay"


async def test_the_stage_and_its_controls(shown: Shown) -> None:
    page = await shown.page("/sessions/s1/replay")
    for hook in ("data-play", "data-scrub", 'data-speed="10"', 'data-frames="/sessions/s1/frames"'):
        assert hook in page
    await shown.page("/sessions/other/replay", 404)
    assert (await shown.browser.get("/sessions/other/frames")).status_code == 404
