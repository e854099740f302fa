"""Every route is placed, and a role may what it includes."""

import pytest
from starlette.routing import Route

from sidecar.control.person import Person, Role
from sidecar.control.web.app import routes
from sidecar.control.web.places import PLACES, Needs, may, needed, opens_to_gate_tokens
from tests.unit.control.web.rig import Rig


def test_every_route_is_placed(laptop: Rig) -> None:
    found = [route for route in routes(laptop.parts) if isinstance(route, Route)]
    assert len(found) > 15
    for route in found:
        for method in route.methods or ():
            assert needed(method, route.path) is not None, f"{method} {route.path}"


def test_nobody_placed_it() -> None:
    assert needed("GET", "/secret") is None
    assert needed("PUT", "/approvals") is None


MAY = {
    Role.VIEWER: {Needs.ANYONE, Needs.PERSON, Needs.VIEWER},
    Role.REVIEWER: {Needs.ANYONE, Needs.PERSON, Needs.VIEWER, Needs.REVIEWER},
    Role.AUDITOR: {Needs.ANYONE, Needs.PERSON, Needs.VIEWER, Needs.AUDITOR},
    Role.ADMIN: {Needs.ANYONE, Needs.PERSON, Needs.VIEWER, Needs.REVIEWER, Needs.AUDITOR, Needs.ADMIN},
}


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may(role: Role) -> None:
    person = Person("grace", "company", frozenset(), frozenset({role}))
    assert {needs for needs in Needs if may(person, needs)} == MAY[role]


def test_without_a_role_nothing_but_being_somebody() -> None:
    assert {needs for needs in Needs if may(Person("x", "company"), needs)} == {Needs.ANYONE, Needs.PERSON}


def test_what_a_gate_token_opens() -> None:
    """An agent holds one, and may know who it runs as; nothing that waits for people, nothing that was recorded."""
    opened = {place for place in PLACES if opens_to_gate_tokens(*place)}
    anyone = {place for place, needs in PLACES.items() if needs is Needs.ANYONE}
    assert opened - anyone == {("GET", "/v1/me")}
    assert opens_to_gate_tokens("HEAD", "/v1/me")
    assert not any(method == "POST" and ("approvals" in path or "blocks" in path) for method, path in opened)
    assert not opens_to_gate_tokens("GET", "/not/placed")
