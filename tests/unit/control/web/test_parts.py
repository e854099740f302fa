"""Roles follow from groups, now."""

import pytest

from sidecar.control.person import Role
from tests.unit.control.web.rig import LINK_KEY, OWNER_KEY, Rig


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ((), set()),
        (("strangers",), set()),
        (("reviewers",), {Role.REVIEWER}),
        (("reviewers", "auditors"), {Role.REVIEWER, Role.AUDITOR}),
    ],
)
def test_person(laptop: Rig, groups: tuple[str, ...], roles: set[Role]) -> None:
    assert laptop.parts.person("grace", "company", frozenset(groups)).roles == roles


def test_the_owner_may_everything(laptop: Rig) -> None:
    assert laptop.parts.person("anything", "local", frozenset()).may(Role.ADMIN)


def test_keys_are_not_shown(laptop: Rig) -> None:
    assert OWNER_KEY not in repr(laptop.parts)
    assert LINK_KEY not in repr(laptop.parts)
