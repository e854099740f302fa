from dataclasses import replace

import pytest

from sidecar.control.tokens import mapping
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.model.claims import Mapped
from tests.unit.control.tokens.rig import OKTA

CLAIMS: dict[str, object] = {
    "sub": "00u1",
    "groups": ["eng", "sre"],
    "https://acme/roles": ["lead"],
    "realm_access": {"roles": ["admin", "offline"]},
    "run_id": 17,
    "ref_protected": True,
    "nested": [["deep"], {"a": 1}, "flat", None],
}


MAP = (
    Mapped({"groups": "sre"}, ("oncall", "ops")),
    Mapped({"groups": "eng", "sub": "00u*"}, ("ops", "builders")),
    Mapped({"groups": "eng", "sub": "11*"}, ("never",)),
)


def test_groups_are_the_providers_own_and_those_of_fitting_lines() -> None:
    source = replace(OKTA, mapped=MAP)
    assert mapping.groups(source, CLAIMS) == ("eng", "sre", "oncall", "ops", "builders")
    assert mapping.groups(replace(source, groups=()), CLAIMS) == ("oncall", "ops", "builders")


def test_who_must_fit_and_does_not() -> None:
    with pytest.raises(TokenRefused, match="not meant to come in"):
        mapping.groups(replace(OKTA, mapped=MAP[2:]), CLAIMS, must_fit=True)
    assert mapping.groups(replace(OKTA, groups=(), mapped=MAP[2:]), CLAIMS) == ()


@pytest.mark.parametrize("groups", [[f"g{n}" for n in range(mapping.MOST_GROUPS + 1)], ["x" * 201]])
def test_more_than_a_token_carries(groups: list[str]) -> None:
    with pytest.raises(TokenRefused, match="more groups than a token can carry"):
        mapping.groups(OKTA, {"groups": groups})


@pytest.mark.parametrize(
    ("value", "note"),
    [(None, "nobody"), ("", "nothing"), (" ", "blank"), (["ada"], "a list"), (7, "a number"), ("a\nb", "two lines"),
     ("a\x1b[2J", "a terminal's language"), ("x" * 501, "endless")],
)  # fmt: skip
def test_who_is_nobody(value: object, note: str) -> None:
    with pytest.raises(TokenRefused, match="does not say who"):
        mapping.subject(OKTA, {"sub": value})


def test_a_prefix_tells_providers_apart() -> None:
    assert mapping.subject(replace(OKTA, prefix="partner:"), {"sub": "ada"}) == "partner:ada"
