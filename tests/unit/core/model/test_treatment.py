"""To whom a value returns that several rules masked."""

from sidecar.core.model.action import Action, How
from sidecar.core.model.treatment import Treatment, in_agreement


def token(*to: str, how: How = How.TOKEN) -> Treatment:
    return Treatment(Action.MASK, "r", "p", "L", how, returns_to=frozenset(to))


def test_only_where_all_that_mask_alike_agree() -> None:
    winner = token("a", "b")
    assert in_agreement(winner, [winner]) is winner
    assert in_agreement(winner, [winner, token("b", "c")]).returns_to == {"b"}
    assert in_agreement(winner, [winner, token()]).returns_to == frozenset()
    assert in_agreement(winner, [winner, token(how=How.REDACT)]) is winner
