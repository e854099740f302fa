"""Which bundles are taken, and which are not although nothing is wrong with them."""

import pytest

from sidecar.rulebook.bundle.accept import Terms, refuse_older, refuse_unusable
from sidecar.rulebook.bundle.bundle import Bundle, verified
from sidecar.rulebook.bundle.trouble import BundleRefused
from tests.bundles import CREATED, TRUSTED, bundle

TERMS = Terms("0.1.0")


def of(version: int = 1, **more: object) -> Bundle:
    return verified(bundle(version, **more), TRUSTED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "terms"),
    [
        ({}, TERMS),
        ({"version": 5}, Terms("0.1.0", name="company", at_least=5)),
        ({"not_after": CREATED + 1}, TERMS),
    ],
)
def test_what_can_be_used(more: dict[str, object], terms: Terms) -> None:
    refuse_unusable(of(**more), terms, CREATED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "terms", "said"),
    [
        ({}, Terms("0.1.0", name="other"), "is named 'company', and the settings want 'other'"),
        ({"version": 4}, Terms("0.1.0", at_least=5), "has version 4, and the settings want 5 at least"),
        ({"needs": "0.2.0"}, TERMS, "needs Gatehouse 0.2.0, and this is 0.1.0"),
        ({"not_after": CREATED}, TERMS, "was good until 2027-01-15T08:00:00Z"),
    ],
)
def test_what_cannot(more: dict[str, object], terms: Terms, said: str) -> None:
    with pytest.raises(BundleRefused, match=said):
        refuse_unusable(of(**more), terms, CREATED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "terms"),
    [
        (None, TERMS),
        (of(3), TERMS),
        (of(2), TERMS),
        (of(9), Terms("0.1.0", allow_rollback=True)),
        (of(3, created=CREATED + 1), Terms("0.1.0", allow_rollback=True)),
        (of(9, name="other"), Terms("0.1.0", name="company")),
    ],
)
def test_what_may_follow(before: Bundle | None, terms: Terms) -> None:
    refuse_older(of(3), before, terms)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (of(4), "has version 3, and 4 is in force"),
        (of(3, created=CREATED + 1), "has version 3 like the one in force, and is not the same"),
        (of(1, name="other"), "is named 'company', and other@1 is in force: .* set policies.bundle.name: company"),
    ],
)
def test_what_may_not(before: Bundle, said: str) -> None:
    with pytest.raises(BundleRefused, match=said):
        refuse_older(of(3), before, TERMS)
