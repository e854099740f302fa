"""What gets to the disk and what does not, told as a story of days."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.rulebook.bundle.accept import Terms
from sidecar.rulebook.bundle.bundle import Bundle
from sidecar.rulebook.bundle.fetch import Access
from sidecar.rulebook.bundle.follower import SOON, Follower, Follows
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.bundle.trouble import BundleAway
from sidecar.settings.bundle import FilePlace
from sidecar.telemetry.metrics import Metrics
from tests.bundles import CREATED, THEIRS, TRUSTED, bundle

EVERY = 60.0
HIGHER = "to go back, publish the old files with a higher version"


class Desk:
    """A place in a folder, a clock that is moved by hand, and a check that finds what it is told to."""

    def __init__(self, folder: Path, terms: Terms | None = None) -> None:
        self.file = folder / "place.tar"
        self.kept = Kept(folder / "state" / "current.tar", TRUSTED)
        self.terms = terms or Terms("0.1.0")
        self.metrics = Metrics()
        self.now = float(CREATED)
        self.wrong: Sequence[str] = ()
        self.checked: list[str] = []
        self.slow = False
        self.follower = self.new()

    def new(self) -> Follower:
        follows = Follows(FilePlace(self.file), EVERY, Access(), self.terms, self.kept, self.check)
        return Follower(follows, self.metrics, clock=lambda: self.now, chance=lambda: 0.0)

    async def check(self, found: Bundle) -> Sequence[str]:
        self.checked.append(found.title)
        if self.slow:
            raise BundleAway("could not be looked at")
        return self.wrong

    async def after(self, seconds: float, raw: bytes | None = None) -> str:
        """The bundle kept after that time."""
        if raw is not None:
            self.file.write_bytes(raw)
        self.now += seconds
        await self.follower.look()
        return self.kept.read().title

    @property
    def refused(self) -> list[str]:
        error = self.follower.refused
        return [mistake.message for mistake in error.mistakes] if error else []

    def number(self, name: str) -> float:
        lines = (line.rsplit(" ", 1) for line in self.metrics.text().decode().splitlines())
        return next(float(value) for found, value in lines if found == name)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def begun(desk: Desk, raw: bytes | None = None) -> str:
    desk.file.write_bytes(bundle(3) if raw is None else raw)
    return (await desk.follower.begin()).title


async def test_a_newer_one_is_taken_when_it_is_time(desk: Desk) -> None:
    assert await begun(desk) == "company@3"
    assert await desk.after(EVERY - 1, bundle(4)) == "company@3"
    assert await desk.after(1) == "company@4"
    assert desk.checked == ["company@3", "company@4"]
    assert desk.number('gatehouse_bundle_looks_total{outcome="new"}') == 2
    assert desk.number("gatehouse_bundle_seen_timestamp_seconds") == desk.now
    assert desk.number("gatehouse_bundle_failed_timestamp_seconds") == 0


async def test_the_same_again_is_no_news(desk: Desk) -> None:
    await begun(desk)
    for raw in (None, bundle(3)):
        assert await desk.after(EVERY, raw) == "company@3"
    assert desk.checked == ["company@3"]
    assert desk.number('gatehouse_bundle_looks_total{outcome="same"}') == 2


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (bundle(4, key=THEIRS), "the bundle is signed by"),
        (bundle(2), "the bundle has version 2, and 3 is in force"),
        (bundle(3, created=7), "the bundle has version 3 like the one in force"),
        (bundle(4, not_after=CREATED), "the bundle was good until"),
        (bundle(4, needs="9.0"), "the bundle needs Gatehouse 9.0"),
        (bundle(4, name="other"), "the bundle is named 'other'"),
        (bundle(4)[:-1], "the bundle ends in the middle"),
        (b"<html>", "the bundle is no tar archive"),
    ],
)
async def test_what_is_refused_changes_nothing_but_the_alarm(desk: Desk, raw: bytes, said: str) -> None:
    await begun(desk)
    assert await desk.after(EVERY, raw) == "company@3"
    assert [one.startswith(said) for one in desk.refused] == [True], desk.refused
    first = desk.follower.refused
    assert await desk.after(EVERY, raw) == "company@3"
    assert desk.follower.refused is first  # the same again is told once
    assert desk.number('gatehouse_bundle_looks_total{outcome="refused"}') == 2
    assert await desk.after(EVERY, bundle(5)) == "company@5"
    assert desk.refused == []


async def test_rules_that_fail_their_tests_are_refused_with_every_line(desk: Desk) -> None:
    await begun(desk)
    desk.wrong = ["a.yaml:1: no such detector", "b.yaml: test 'x': verdict"]
    assert await desk.after(EVERY, bundle(4)) == "company@3"
    assert desk.refused == [f"company@4: {line}" for line in desk.wrong]
    await desk.after(EVERY)
    assert desk.checked == ["company@3", "company@4"]  # what is known to be wrong is not looked at again
    assert await desk.after(EVERY, bundle(3)) == "company@3"
    assert desk.refused == []


async def test_what_is_wrong_is_not_looked_at_again_where_its_place_says_nothing(desk: Desk) -> None:
    """A server without ETags: the file is written anew, so that only its content is the same."""
    await begun(desk)
    desk.wrong = ["a.yaml:1: no such detector"]
    for _ in range(3):
        desk.file.unlink()
        assert await desk.after(EVERY, bundle(4)) == "company@3"
        assert desk.refused == ["company@4: a.yaml:1: no such detector"]
    assert desk.checked == ["company@3", "company@4"]
    assert desk.number('gatehouse_bundle_looks_total{outcome="refused"}') == 3
    assert await desk.after(EVERY, bundle(3)) == "company@3"
    assert desk.refused == []
    await desk.after(EVERY, bundle(4))
    assert desk.refused == ["company@4: a.yaml:1: no such detector"]


async def test_a_kept_one_that_is_lost_comes_again_and_its_version_is_not_forgotten(desk: Desk) -> None:
    await begun(desk)
    desk.kept.file.unlink()
    assert await desk.after(EVERY) == "company@3"
    desk.kept.file.unlink()
    desk.file.write_bytes(bundle(2))
    desk.now += EVERY
    await desk.follower.look()
    assert desk.refused == ["the bundle has version 2, and 3 is in force: " + HIGHER]
    assert not desk.kept.file.exists()


async def test_a_check_that_could_not_be_done_is_done_again(desk: Desk) -> None:
    await begun(desk)
    desk.slow = True
    assert await desk.after(EVERY, bundle(4)) == "company@3"
    desk.slow = False
    assert await desk.after(SOON) == "company@4"


async def test_a_place_that_is_away_is_asked_soon_and_then_more_rarely(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await begun(desk)
    desk.file.unlink()
    with caplog.at_level(logging.INFO):
        await desk.after(EVERY)
        for rest in (SOON, 2 * SOON, 4 * SOON, 8 * SOON, EVERY, EVERY):
            before = desk.number('gatehouse_bundle_looks_total{outcome="away"}')
            await desk.after(rest - 0.1)
            assert desk.number('gatehouse_bundle_looks_total{outcome="away"}') == before
            assert await desk.after(0.1) == "company@3"
            assert desk.number('gatehouse_bundle_looks_total{outcome="away"}') == before + 1
        assert desk.number("gatehouse_bundle_failed_timestamp_seconds") == pytest.approx(desk.now)
        assert desk.refused == []
        assert await desk.after(EVERY, bundle(4)) == "company@4"
    said = [record.getMessage() for record in caplog.records]
    assert said.count("no bundle could be had") == 1
    assert said.count("the bundle's place answers again") == 1


async def test_the_rhythm_has_some_chance_in_it_and_is_never_slower_than_set(desk: Desk) -> None:
    desk.follower._chance = lambda: 1.0
    await begun(desk)
    assert await desk.after(EVERY * 0.8 - 0.1, bundle(4)) == "company@3"
    assert await desk.after(0.2) == "company@4"


async def test_without_the_place_a_start_goes_on_with_the_last_good_one(desk: Desk) -> None:
    await begun(desk)
    desk.file.unlink()
    desk.follower = desk.new()
    assert (await desk.follower.begin()).title == "company@3"
    assert desk.checked == ["company@3"]
    assert await desk.after(SOON, bundle(4)) == "company@4"


async def test_a_forged_one_at_the_start_leaves_the_last_good_one(desk: Desk) -> None:
    await begun(desk)
    desk.file.write_bytes(bundle(4, key=THEIRS))
    desk.follower = desk.new()
    assert (await desk.follower.begin()).title == "company@3"
    assert len(desk.refused) == 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "cannot be read: No such file"),
        (bundle(key=THEIRS), "none of the trusted keys"),
        (bundle(not_after=CREATED), "was good until"),
        (b"", "is no tar archive"),
    ],
)
async def test_with_nothing_to_use_there_is_no_start(desk: Desk, raw: bytes | None, said: str) -> None:
    if raw is not None:
        desk.file.write_bytes(raw)
    with pytest.raises(ConfigurationError) as refused:
        await desk.follower.begin()
    assert said in str(refused.value)
    assert "none is kept in" in str(refused.value)
    assert "without its rules nothing may pass, so the gate does not start" in str(refused.value)


async def test_rules_that_fail_stop_a_first_start_with_every_line(desk: Desk) -> None:
    desk.wrong = ["a.yaml:1: wrong", "b.yaml:2: wrong"]
    with pytest.raises(ConfigurationError) as refused:
        await begun(desk)
    assert len(refused.value.mistakes) == 3


async def test_one_that_was_kept_too_long_starts_nothing(desk: Desk) -> None:
    await begun(desk, bundle(3, not_after=CREATED + 100))
    desk.file.unlink()
    assert await desk.after(EVERY) == "company@3"
    desk.now += 200
    desk.follower = desk.new()
    with pytest.raises(ConfigurationError, match=r"the one kept in .*current\.tar was good until"):
        await desk.follower.begin()


@pytest.mark.parametrize("away", [True, False])
async def test_one_whose_time_is_over_goes_on_with_the_alarm(desk: Desk, away: bool) -> None:
    """Also where its place says nothing new: who holds it may keep the next one back."""
    await begun(desk, bundle(3, not_after=CREATED + 100))
    if away:
        desk.file.unlink()
    assert await desk.after(EVERY) == "company@3"
    assert desk.refused == []
    assert await desk.after(EVERY) == "company@3"
    (said,) = desk.refused
    assert said.startswith("company@3, which is in force, was good until")
    first = desk.follower.refused
    await desk.after(EVERY)
    assert desk.follower.refused is first
    assert await desk.after(EVERY, bundle(4)) == "company@4"
    assert desk.refused == []


async def test_a_kept_one_that_was_changed_counts_as_none(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await begun(desk)
    desk.kept.file.write_bytes(bundle(9)[:-1])
    desk.file.unlink()
    desk.follower = desk.new()
    with pytest.raises(ConfigurationError, match="none is kept"):
        await desk.follower.begin()
    assert "the kept bundle is no good" in caplog.text


async def test_what_cannot_be_kept_is_not_taken(desk: Desk) -> None:
    await begun(desk)
    folder = desk.kept.file.parent
    folder.rename(folder.with_name("moved"))
    folder.write_text("in the way")
    desk.file.write_bytes(bundle(4))
    desk.now += EVERY
    await desk.follower.look()
    assert desk.number('gatehouse_bundle_looks_total{outcome="away"}') == 1
    folder.unlink()
    folder.with_name("moved").rename(folder)
    assert await desk.after(SOON) == "company@4"


async def test_with_leave_one_goes_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Terms("0.1.0", allow_rollback=True))
    await begun(desk)
    assert await desk.after(EVERY, bundle(1)) == "company@1"
