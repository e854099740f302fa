import threading
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest

from sidecar.control.laptop.kept import Kept, Login
from sidecar.control.laptop.proof import TYPES, Proof
from sidecar.control.laptop.said import NoToken
from sidecar.control.laptop.wallet import ACTS_KEPT, EXCHANGE, Wallet, Wanted, ends
from sidecar.settings.tokens import CONTROL_AUDIENCE
from tests.unit.control.laptop.served import Served, served

NOW = 1_900_000_000.0


class Gate:
    """A control plane and a provider that count what they give."""

    def __init__(self, lifetime: int = 900) -> None:
        self.given = 0
        self.lifetime = lifetime

    def __call__(self, path: str, form: Mapping[str, str]) -> tuple[int, object]:
        self.given += 1
        said = {"access_token": f"token-{self.given}", "expires_in": self.lifetime}
        if path == "/provider":
            said["id_token"] = id_token(NOW + 3600)
        return 200, {**said, "refresh_token": f"refresh-{self.given}"}


def id_token(expires: float) -> str:
    return jwt.encode({"sub": "ada", "exp": expires}, "k" * 32, "HS256")


class Clock:
    time = NOW

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "config", tmp_path / "cache")


SHOWN = Proof("name", TYPES["jwt"], lambda: "proof")


@pytest.mark.parametrize(("lifetime", "good"), [(900, 839), (6, 3), (90, 59)])
def test_given_out_until_it_nearly_ends(kept: Kept, clock: Clock, lifetime: int, good: int) -> None:
    wallet = Wallet(kept, clock)
    with served(Gate(lifetime)) as gate:
        wanted = Wanted(gate.url)
        first = wallet.token_for(SHOWN, wanted)
        clock.time += good
        assert wallet.token_for(SHOWN, wanted) == first
        clock.time += 1
        assert wallet.token_for(SHOWN, wanted).token == "token-2"
    path, form = gate.asked[0]
    assert path == "/v1/token"
    assert form == {"grant_type": EXCHANGE, "subject_token": "proof", "subject_token_type": TYPES["jwt"]}


def test_each_gate_and_each_proof_has_its_own(kept: Kept, clock: Clock) -> None:
    wallet = Wallet(kept, clock)
    with served(Gate()) as gate:
        wallet.token_for(SHOWN, Wanted(gate.url))
        wallet.token_for(SHOWN, Wanted(gate.url, "gate-eu"))
        wallet.token_for(Proof("other", TYPES["jwt"], lambda: "proof"), Wanted(gate.url))
        wallet.token_for(SHOWN, Wanted(gate.url, "gate-eu"))
    assert [form.get("audience") for _, form in gate.asked] == [None, "gate-eu", None]


def logged_in(gate: Served, proof: str | None) -> Login:
    expires = ends(proof) if proof else 0.0
    return Login(gate.url, f"{gate.url}/provider", "refresh-0", "https://id", "cli", proof, expires, "company/ada")


def test_a_provider_login_is_refreshed_when_its_proof_ended(kept: Kept, clock: Clock) -> None:
    with served(Gate()) as gate:
        kept.keep(logged_in(gate, id_token(NOW + 3600)))
        wallet, wanted = Wallet(kept, clock), Wanted(gate.url)
        wallet.token_of_login(kept.login(), wanted)
        assert [path for path, _ in gate.asked] == ["/v1/token"]
        clock.time += 3600
        wallet.token_of_login(kept.login(), wanted)
    assert [path for path, _ in gate.asked] == ["/v1/token", "/provider", "/v1/token"]
    assert gate.asked[1][1] == {"grant_type": "refresh_token", "refresh_token": "refresh-0", "client_id": "cli"}
    assert gate.asked[2][1]["subject_token_type"] == TYPES["id_token"]
    assert kept.login().refresh == "refresh-2"


def test_what_a_person_does_takes_groups_of_now(kept: Kept, clock: Clock) -> None:
    """The provider is asked for each token, though its proof still holds; and the token is soon a new one."""
    with served(Gate()) as gate:
        kept.keep(logged_in(gate, id_token(NOW + 3600)))
        wallet, act = Wallet(kept, clock), Wanted.to_act(gate.url)
        first = wallet.token_of_login(kept.login(), act)
        assert [path for path, _ in gate.asked] == ["/provider", "/v1/token"]
        assert gate.asked[1][1]["audience"] == CONTROL_AUDIENCE
        clock.time += ACTS_KEPT - 1
        assert wallet.token_of_login(kept.login(), act) == first
        clock.time += 1
        assert wallet.token_of_login(kept.login(), act) != first
        assert len(gate.asked) == 4
        assert wallet.token_of_login(kept.login(), Wanted(gate.url)) != first
        assert "audience" not in gate.asked[4][1]


def test_without_a_refresh_token_the_proof_at_hand_is_shown(kept: Kept, clock: Clock) -> None:
    with served(Gate()) as gate:
        login = logged_in(gate, id_token(NOW + 3600)).with_(refresh=None)
        kept.keep(login)
        Wallet(kept, clock).token_of_login(login, Wanted.to_act(gate.url))
    assert [path for path, _ in gate.asked] == ["/v1/token"]


def test_a_device_login_is_refreshed_here(kept: Kept, clock: Clock) -> None:
    with served(Gate()) as gate:
        kept.keep(Login(gate.url, f"{gate.url}/v1/token", "refresh-0", who="device"))
        assert Wallet(kept, clock).token_of_login(kept.login(), Wanted(gate.url)).token == "token-1"
    assert gate.asked[0][1] == {"grant_type": "refresh_token", "refresh_token": "refresh-0"}
    assert kept.login().refresh == "refresh-1"


def test_many_commands_at_once_refresh_once(kept: Kept, clock: Clock) -> None:
    tokens: list[str] = []
    with served(Gate()) as gate:
        login = Login(gate.url, f"{gate.url}/v1/token", "refresh-0", who="device")
        kept.keep(login)
        wanted = Wanted(gate.url)
        ask = lambda: tokens.append(Wallet(kept, clock).token_of_login(login, wanted).token)  # noqa: E731
        threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert (tokens, len(gate.asked)) == (["token-1"] * 8, 1)


def test_a_login_that_cannot_go_on(kept: Kept, clock: Clock) -> None:
    login = Login("https://gate", "https://id/token", None, "https://id", "cli", None, 0.0, "ada")
    with pytest.raises(NoToken, match="gatehouse login"):
        Wallet(kept, clock).token_of_login(login, Wanted("https://gate"))


def test_a_no_is_not_kept(kept: Kept, clock: Clock) -> None:
    with served(lambda *_: (400, {"error": "invalid_grant"})) as gate:
        with pytest.raises(NoToken):
            Wallet(kept, clock).token_for(SHOWN, Wanted(gate.url))
        gate.reply = Gate()
        assert Wallet(kept, clock).token_for(SHOWN, Wanted(gate.url)).token == "token-1"


def test_when_a_proof_ends() -> None:
    assert ends(id_token(NOW)) == NOW
    with pytest.raises(NoToken):
        ends("abc")
