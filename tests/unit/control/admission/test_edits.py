"""Who may change a copy."""

import pytest

from sidecar.control.admission.edits import SWEEPERS, judged
from sidecar.control.admission.review import Answer, Refusal, Review

OWN = "system:serviceaccount:gatehouse:gatehouse-webhook"
SWEEPER = min(SWEEPERS)


def asked(user: str, operation: str = "UPDATE", kind: str = "v1.ConfigMap") -> Answer:
    review = Review("u1", kind, operation, "agents", "gatehouse-policies", {}, dry_run=False, user=user)
    return judged(review, OWN, "gatehouse")


@pytest.mark.parametrize(
    ("user", "operation"),
    [(OWN, "CREATE"), (OWN, "UPDATE"), (OWN, "DELETE"), *((one, "DELETE") for one in sorted(SWEEPERS))],
)
def test_the_webhook_may_and_a_namespace_can_go(user: str, operation: str) -> None:
    assert asked(user, operation).allowed


@pytest.mark.parametrize(
    ("user", "operation"),
    [("ada", "UPDATE"), ("ada", "CREATE"), ("ada", "DELETE"), ("", "UPDATE"), (SWEEPER, "UPDATE")],
)
def test_nobody_else_may_and_hears_what_to_do(user: str, operation: str) -> None:
    with pytest.raises(Refusal, match=r"gatehouse-policies in agents .* change the one that it is a copy of"):
        asked(user, operation)


@pytest.mark.parametrize(("kind", "operation"), [("v1.Secret", "UPDATE"), ("v1.ConfigMap", "CONNECT")])
def test_other_questions_are_refused(kind: str, operation: str) -> None:
    with pytest.raises(Refusal, match="was asked about"):
        asked(OWN, operation, kind)
