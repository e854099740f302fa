"""What is asked of every call."""

import pytest

from sidecar.core.errors import Refused
from sidecar.core.exchange.admission import address, applying, caller_key, identified
from sidecar.core.exchange.outcome import Arrived
from sidecar.core.model.http import RequestHead
from tests.unit.core.exchange.building import CALLER, CLAUDE, compiled


def test_nobody_is_not_let_in() -> None:
    arrived = Arrived("gx", RequestHead("GET", "/"), None, None, 0.0)
    with pytest.raises(Refused) as refused:
        identified(arrived)
    assert refused.value.status == 401
    assert caller_key(CALLER) == "company\nada"


def test_without_a_policy_nothing_passes() -> None:
    rules = compiled("\n", "applies: {groups: [sales]}")
    with pytest.raises(Refused, match="No policy at this gate applies to ada"):
        applying(rules.bound(CALLER, CLAUDE), CALLER)


def test_an_address_is_read_in_every_way() -> None:
    path, query = address("/a%41", "q=b+c")
    assert [text.value for text in path.texts] == ["/a%41", "/aA"]
    assert [text.value for text in query.texts] == ["q=b+c", "q=b c"]
    assert all(text.key for text in path.texts)
    assert address("", "") == []
