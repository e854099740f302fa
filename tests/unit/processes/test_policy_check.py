"""Policies are looked at in a process of their own: what is right, what is wrong, and what takes too long."""

import asyncio
from pathlib import Path

import pytest

from sidecar.processes.policy_check import BROKEN, LARGE, REMEMBERED, SLOW, PolicyCheck, complaints
from tests.polling import until

RIGHT = "policy: a\nrules:\n  - {id: zephyr, where: [prompt], match: {regex: zephyr}, do: deny, say: never}\n"
TESTED = RIGHT + "tests:\n  - {note: it is denied, caller: {subject: a}, prompt: 'a zephyr', expect: {verdict: %s}}\n"


def wrong(tmp_path: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return complaints(tmp_path)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": RIGHT}, []),
        ({"a": TESTED % "deny"}, []),
        ({"a": TESTED % "allow"}, ["a.yaml: test 'it is denied': verdict: expected allow, got deny"]),
        ({"a": "policy: a\nrules:\n  - {id: x, do: fly}\n"}, ["a.yaml:3: "]),
        ({"a": "policy: [\n", "b": RIGHT}, ["a.yaml:2: not valid YAML"]),
    ],
)
def test_what_is_wrong_is_named_by_key_and_line(files: dict[str, str], said: list[str], tmp_path: Path) -> None:
    found = wrong(tmp_path, **files)
    assert len(found) == len(said) or said == ["a.yaml:3: "]
    assert all(any(line.startswith(one) for line in found) for one in said)


def test_two_of_one_name_are_wrong_together(tmp_path: Path) -> None:
    assert any("b.yaml" in line or "a.yaml" in line for line in wrong(tmp_path, a=RIGHT, b=RIGHT))


async def test_in_a_process_of_its_own() -> None:
    check = PolicyCheck(60)
    await check.start()
    kept = check._spare
    assert await check({"a.yaml": RIGHT}) == ()
    assert (await check({"a.yaml": "policy: 5"}))[0].startswith("a.yaml:1: policy")
    assert check._spare is kept is not None
    assert await check({"a.yaml": RIGHT + "#" * LARGE}) == ()
    assert check._spare is None
    await check.close()


async def test_one_that_ended_is_said_and_the_next_question_gets_another() -> None:
    check = PolicyCheck(60)
    await check.start()
    assert check._spare is not None
    check._spare.kill()
    assert await check({"a.yaml": RIGHT}) == BROKEN
    assert await check({"a.yaml": RIGHT}) == ()
    await check.close()


async def test_what_outlasts_its_question_is_there_for_who_asks_again() -> None:
    check = PolicyCheck(0.01)
    assert await check({"a.yaml": RIGHT}) == SLOW
    await until(lambda: all(look.done() for look in check._looks.values()), within=60)
    check._turns = asyncio.Semaphore(0)  # nobody looks any more: what is said now was remembered
    assert await check({"a.yaml": RIGHT}) == ()
    await check.close()


async def test_what_takes_far_too_long_is_ended_and_looked_at_anew() -> None:
    check = PolicyCheck(60, longest=0.01)
    assert await check({"a.yaml": RIGHT}) == SLOW
    assert check._spare is None
    check._longest = 60
    assert await check({"a.yaml": RIGHT}) == ()
    await check.close()


async def test_a_slow_one_holds_nobody_up_and_few_are_remembered() -> None:
    check = PolicyCheck(0.01)
    for index in range(REMEMBERED + 3):
        await check({"a.yaml": f"{RIGHT}# {index}\n"})
    assert len(check._looks) == REMEMBERED
    await check.close()
    assert check._spare is None
