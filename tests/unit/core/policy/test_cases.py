"""What a case may say."""

import pytest
from pydantic import ValidationError

from sidecar.core.policy.cases import HttpCallWritten


@pytest.mark.parametrize("more", [{"body": "x"}, {"answer": "x"}, {"body": {}, "answer": []}])
def test_what_passes_after_an_upgrade_is_in_no_case(more: dict[str, object]) -> None:
    assert HttpCallWritten(connection="live", upgrade="websocket").upgrade == "websocket"
    assert HttpCallWritten.model_validate({"connection": "live", **more}).upgrade is None
    with pytest.raises(ValidationError, match="judged by nobody"):
        HttpCallWritten.model_validate({"connection": "live", "upgrade": "websocket", **more})
