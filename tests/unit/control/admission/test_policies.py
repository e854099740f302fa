"""Policy ConfigMaps: which keys are looked at, and what is said."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sidecar.control.admission.policies import MOST_LINES, looked_at
from sidecar.control.admission.review import Refusal, Review


class Check:
    def __init__(self, *wrong: str) -> None:
        self.wrong, self.files = wrong, dict[str, str]()

    async def __call__(self, files: Mapping[str, str]) -> Sequence[str]:
        self.files = dict(files)
        return self.wrong


def review(kind: str = "v1.ConfigMap", operation: str = "UPDATE", **made: Any) -> Review:
    return Review("u1", kind, operation, "agents", "rules", made, dry_run=False)


async def test_what_compiles_is_let_in() -> None:
    check = Check()
    answer = await looked_at(review(data={"a.yaml": "policy: a", "note.txt": "x"}), check)
    assert answer.allowed
    assert check.files == {"a.yaml": "policy: a"}
    assert answer.warnings == ["not read as policies, as their names do not end in .yaml: note.txt"]


async def test_what_does_not_is_refused_with_its_lines() -> None:
    answer = await looked_at(review(data={"a.yaml": "policy"}), Check("a.yaml:1: wrong", "a.yaml:2: wrong"))
    assert not answer.allowed
    assert answer.message == "policies in rules are not right:\na.yaml:1: wrong\na.yaml:2: wrong"


async def test_many_lines_are_cut() -> None:
    answer = await looked_at(review(data={"a.yaml": ""}), Check(*map(str, range(MOST_LINES + 3))))
    assert answer.message.endswith("... and 3 more")


@pytest.mark.parametrize("data", [{}, None, {"a.txt": ""}])
async def test_no_policy_is_said(data: dict[str, str] | None) -> None:
    answer = await looked_at(review(data=data), Check("never asked"))
    assert answer.allowed
    assert "no policy" in answer.warnings[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (review(kind="v1.Secret"), "was asked about UPDATE of v1.Secret"),
        (review(operation="DELETE"), "DELETE of"),
        (review(binaryData={"a.yaml": "AA=="}), "under binaryData"),
        (review(data={"a.yaml": 5}), "not text"),
    ],
)
async def test_what_cannot_be_looked_at_is_refused(asked: Review, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        await looked_at(asked, Check())
