"""Rules are swapped whole, and bad ones change nothing but the alarm."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.policy.book import PolicySource
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.rulebook import Rulebook
from sidecar.telemetry.metrics import Metrics
from tests.bundles import TRUSTED, bundle


def compiled(sources: Sequence[PolicySource]) -> str:
    """A compiler for tests: the rules are the texts, and `bad` is a mistake."""
    bad = [Mistake(source.file, 1, "bad rule") for source in sources if source.text == "bad"]
    if bad:
        raise ConfigurationError(bad)
    return "+".join(source.text for source in sources)


def digest(rules: str) -> str:
    return rules.replace("+", "")


class Desk:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "p.yaml"
        self.file.write_text("one")
        self.metrics = Metrics()
        self.now = 100.0
        self.book = Rulebook([str(folder / "*.yaml")], compiled, digest, self.metrics, clock=lambda: self.now)

    async def write(self, text: str) -> bool:
        self.file.write_text(text)
        self.now += 1
        return any([await self.book.look(), await self.book.look()])

    def numbers(self) -> dict[str, str]:
        lines = [line.rsplit(" ", 1) for line in self.metrics.text().decode().splitlines()]
        return {name: value for name, value in lines if name.startswith("gatehouse_policy")}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_at_the_start(desk: Desk) -> None:
    assert desk.book.current == "one"
    assert (desk.book.status().digest, desk.book.status().loaded_at, desk.book.status().error) == ("one", 100.0, None)
    assert desk.numbers() == {
        'gatehouse_policy_loads_total{outcome="ok"}': "1.0",
        "gatehouse_policy_loaded_timestamp_seconds": "100.0",
        "gatehouse_policy_stale": "0.0",
        'gatehouse_policy_info{digest="one"}': "1.0",
    }


@pytest.mark.parametrize("text", ["bad", None])
def test_at_the_start_bad_rules_are_no_rules(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(ConfigurationError):
        Rulebook([str(tmp_path / "*.yaml")], compiled, digest, Metrics())


async def test_a_change_comes_into_force(desk: Desk) -> None:
    assert await desk.write("two")
    assert desk.book.current == "two"
    assert desk.book.status().loaded_at == 101.0
    assert desk.numbers()['gatehouse_policy_info{digest="two"}'] == "1.0"
    assert 'gatehouse_policy_info{digest="one"}' not in desk.numbers()
    assert not await desk.book.look()


async def test_a_bad_change_keeps_the_last_good_and_raises_the_alarm(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert not await desk.write("bad")
    assert desk.book.current == "one"
    status = desk.book.status()
    assert (status.digest, status.loaded_at) == ("one", 100.0)
    assert [str(mistake) for mistake in status.error.mistakes if status.error] == [f"{desk.file}:1: bad rule"]
    assert desk.numbers()["gatehouse_policy_stale"] == "1.0"
    assert desk.numbers()['gatehouse_policy_loads_total{outcome="refused"}'] == "1.0"
    (record,) = caplog.records
    assert "last good ones stay" in record.getMessage()
    assert "bad rule" in str(vars(record)["fields"])


@pytest.mark.parametrize("text", ["two", "one"])
async def test_good_rules_end_the_alarm_also_when_they_are_the_old_ones(desk: Desk, text: str) -> None:
    await desk.write("bad")
    assert await desk.write(text)
    assert desk.book.current == text
    assert desk.book.status().error is None
    assert desk.numbers()["gatehouse_policy_stale"] == "0.0"


async def test_a_folder_that_is_emptied_changes_nothing_but_the_alarm(desk: Desk) -> None:
    desk.file.unlink()
    await desk.book.look()
    await desk.book.look()
    assert desk.book.current == "one"
    assert desk.numbers()["gatehouse_policy_stale"] == "1.0"


async def test_watch_looks_again_and_again_and_a_bug_in_the_compiler_ends_it(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("one")

    def broken(sources: Sequence[PolicySource]) -> str:
        if sources[0].text != "one":
            raise ZeroDivisionError
        return "one"

    book = Rulebook([str(tmp_path / "p.yaml")], broken, digest, Metrics())
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            (tmp_path / "p.yaml").write_text("two")

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(book.watch(wait), 10)
    assert waited == [1.0] * 4
    assert book.current == "one"


def test_a_bundle_stands_beside_files(desk: Desk, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "state" / "current.tar", TRUSTED)
    kept.keep(bundle(7, {"b.yaml": b"two"}))
    book = Rulebook([str(tmp_path / "*.yaml")], compiled, digest, desk.metrics, bundle=kept)
    assert book.current == "one+two"
    found = book.status().bundle
    assert found is not None
    assert found.title == "company@7"
    assert desk.numbers()['gatehouse_policy_info{digest="onetwo"}'] == "1.0"
    assert f'gatehouse_bundle_version{{digest="{found.digest}"}} 7.0' in desk.metrics.text().decode()


async def test_what_was_refused_elsewhere_raises_the_same_alarm(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    forged = ConfigurationError.single("https://rules.example", "the bundle is signed by another")
    for _ in range(2):
        desk.book.elsewhere(forged)
    assert desk.book.status().error is forged
    assert desk.numbers()["gatehouse_policy_stale"] == "1.0"
    assert desk.numbers()['gatehouse_policy_loads_total{outcome="refused"}'] == "1.0"
    assert len([one for one in caplog.records if one.levelno == logging.ERROR]) == 1

    assert await desk.write("two")  # good files do not make the bundle good
    assert (desk.book.status().error, desk.book.current) == (forged, "two")
    assert desk.numbers()["gatehouse_policy_stale"] == "1.0"

    assert not await desk.write("bad")
    desk.book.elsewhere(None)  # nor the other way round
    assert desk.book.status().error is not None
    assert desk.numbers()["gatehouse_policy_stale"] == "1.0"
    assert await desk.write("one")
    assert desk.book.status().error is None
    assert desk.numbers()["gatehouse_policy_stale"] == "0.0"


def test_the_alarm_ends_when_the_other_place_is_good_again(desk: Desk) -> None:
    desk.book.elsewhere(ConfigurationError.single("https://rules.example", "the bundle is wrong"))
    desk.book.elsewhere(None)
    assert desk.book.status().error is None
    assert desk.numbers()["gatehouse_policy_stale"] == "0.0"
