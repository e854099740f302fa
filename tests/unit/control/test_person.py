"""What a person may."""

import pytest

from sidecar.control.person import Person, Role


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ((), ()),
        ((Role.VIEWER,), (Role.VIEWER,)),
        ((Role.REVIEWER,), (Role.VIEWER, Role.REVIEWER)),
        ((Role.AUDITOR,), (Role.VIEWER, Role.AUDITOR)),
        ((Role.ADMIN,), tuple(Role)),
    ],
)
def test_each_role_includes_looking_and_admin_all(roles: tuple[Role, ...], may: tuple[Role, ...]) -> None:
    person = Person("ann", "company", roles=frozenset(roles))
    assert tuple(role for role in Role if person.may(role)) == may
    assert person.named == "company/ann"
