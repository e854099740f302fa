"""How a refusal reads where plain HTTP is spoken."""

import json

import pytest

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.plain.reply import response

CASES = (
    ("what a rule refuses", Refused(400, Code.INVALID_REQUEST, "No.", rule="r"), 403),
    ("what people stopped", Refused(451, Code.PERMISSION, "No.", rule="blocked"), 451),
    ("what cannot be read", Refused(400, Code.INVALID_REQUEST, "No."), 400),
    ("nobody", Refused(401, Code.AUTHENTICATION, "No."), 401),
)


@pytest.mark.parametrize(("refused", "status"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_refusal_says_why(refused: Refused, status: int) -> None:
    told, headers, body = response(refused, "gx")
    assert told == status
    assert json.loads(body)["error"] == {
        "type": refused.code.value, "message": "No.", "rule": refused.rule, "exchange": "gx"
    }  # fmt: skip
    assert dict(headers)["content-length"] == str(len(body))
    assert dict(headers).get("x-gatehouse-rule") == refused.rule
