"""How a denial is told."""

import pytest

from sidecar.core.errors import Code
from sidecar.core.exchange.refusal import denial
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict


@pytest.mark.parametrize(
    ("say", "sentence"),
    [
        ("No keys.", "Blocked by policy rule no-keys: No keys. (exchange gx_7)"),
        ("  No keys. \n", "Blocked by policy rule no-keys: No keys. (exchange gx_7)"),
        (None, "Blocked by policy rule no-keys: This is not allowed here. (exchange gx_7)"),
    ],
)
def test_rule_reason_and_exchange(say: str | None, sentence: str) -> None:
    refused = denial(Verdict(Action.DENY, "no-keys", "p", say), "gx_7")
    assert (refused.status, refused.code, refused.rule) == (400, Code.INVALID_REQUEST, "no-keys")
    assert refused.message == sentence
