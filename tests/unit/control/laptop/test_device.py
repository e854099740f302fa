from collections.abc import Mapping

import pytest

from sidecar.control.laptop.device import log_in_device
from sidecar.control.laptop.said import NoToken
from tests.unit.control.laptop.served import served

STARTED = {"device_code": "c", "user_code": "BCDF-GHJK", "verification_uri": "https://gate/device", "interval": 5}


class Gate:
    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)

    def __call__(self, path: str, _: Mapping[str, str]) -> tuple[int, object]:
        if path == "/v1/device":
            return 200, {**STARTED, "expires_in": 60}
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return (400, {"error": answer}) if isinstance(answer, str) else (200, answer)


def test_it_waits_as_it_is_told() -> None:
    shown: list[str] = []
    pauses: list[float] = []
    given = {"access_token": "t", "refresh_token": "r", "expires_in": 900}
    with served(Gate("authorization_pending", "slow_down", "authorization_pending", given)) as gate:
        login = log_in_device(gate.url, "laptop", lambda *said: shown.extend(said), pauses.append)
    assert (shown, pauses) == (["https://gate/device", "BCDF-GHJK"], [5, 5, 10, 10])
    assert (login.control, login.refresh, login.issuer) == (gate.url, "r", None)


@pytest.mark.parametrize(
    ("answer", "said"), [("access_denied", "access_denied"), ("authorization_pending", "Nobody typed the code")]
)
def test_nobody_lets_it_in(answer: str, said: str) -> None:
    with served(Gate(answer)) as gate, pytest.raises(NoToken, match=said):
        log_in_device(gate.url, "laptop", lambda *_: None, lambda _: None)
