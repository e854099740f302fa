"""Policies are looked at in a process of their own: what is right, what is wrong, and what takes too long."""

from pathlib import Path

import pytest

from sidecar.processes.policy_check import BROKEN, LARGE, SLOW, PolicyCheck, complaints

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
    kept = check._process
    assert await check({"a.yaml": RIGHT}) == []
    assert (await check({"a.yaml": "policy: 5"}))[0].startswith("a.yaml:1: policy")
    assert check._process is kept
    assert await check({"a.yaml": RIGHT + "#" * LARGE}) == []
    assert check._process is None
    await check.close()


async def test_one_that_ended_is_said_and_the_next_question_gets_another() -> None:
    check = PolicyCheck(60)
    await check.start()
    assert check._process is not None
    check._process.kill()
    assert await check({"a.yaml": RIGHT}) == (BROKEN,)
    assert await check({"a.yaml": RIGHT}) == []
    await check.close()


async def test_what_takes_too_long_is_refused() -> None:
    assert await PolicyCheck(0.05)({"a.yaml": RIGHT}) == (SLOW,)
