import threading
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from sidecar.control.laptop.browser import Offered, log_in, offered
from sidecar.control.laptop.kept import Login
from sidecar.control.laptop.said import NoToken
from sidecar.simulator.provider_serve import RunningProvider, provide
from tests.unit.control.laptop.served import served

GATE = "https://gate.example.com"


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with provide() as running:
        yield running


def logged_in(running: RunningProvider, person: Callable[[str], None], wait: float = 10) -> Login:
    """`person` does with the address what somebody in front of a browser would."""
    said = Offered("company", running.url, "cli", ("email",))
    threads: list[threading.Thread] = []

    def show(address: str) -> None:
        threads.append(threading.Thread(target=person, args=(address,), daemon=True))
        threads[0].start()

    try:
        return log_in(said, GATE, show, wait)
    finally:
        threads[0].join(60)


def choose(user: str) -> Callable[[str], None]:
    def person(address: str) -> None:
        parts = urlsplit(address)
        form = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with httpx.Client(trust_env=False, follow_redirects=True) as browser:
            browser.post(f"{parts.scheme}://{parts.netloc}{parts.path}", data={**form, "user": user})

    return person


def test_with_a_real_provider(provider: RunningProvider) -> None:
    login = logged_in(provider, choose("grace"))
    assert (login.who, login.issuer, login.client, login.control) == ("company/grace", provider.url, "cli", GATE)
    assert login.refresh
    assert login.proof
    assert login.proof_expires > 1_000_000


def test_nobody_signs_in(provider: RunningProvider) -> None:
    with pytest.raises(NoToken, match="access_denied"):
        logged_in(provider, choose(""))


def test_nobody_comes_back(provider: RunningProvider) -> None:
    with pytest.raises(NoToken, match="Nobody came back"):
        logged_in(provider, lambda _: None, wait=0.05)


def back(address: str, **said: str) -> int:
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return httpx.get(f"{query['redirect_uri']}?{urlencode(said)}", trust_env=False).status_code


def test_answers_that_are_not_ours_are_passed_over(provider: RunningProvider) -> None:
    codes: list[int] = []

    def person(address: str) -> None:
        codes.append(back(address, code="stolen", state="guessed"))
        codes.append(back(address, code="stolen"))
        codes.append(back(address))
        choose("ada")(address)

    assert logged_in(provider, person).who == "company/ada"
    assert codes == [404, 404, 404]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"code": "c", "iss": "https://evil.example"}, "Another provider"),
        ({"code": "made-up"}, "unknown, used or too old"),
    ],
)
def test_answers_that_do_not_fit(provider: RunningProvider, said: dict[str, str], sentence: str) -> None:
    def person(address: str) -> None:
        state = parse_qs(urlsplit(address).query)["state"][0]
        back(address, **said, state=state)

    with pytest.raises(NoToken, match=sentence):
        logged_in(provider, person)


ONE = {"name": "company", "issuer": "https://id", "client_id": "cli", "scopes": ["email"]}


@pytest.mark.parametrize(
    ("logins", "name", "found"),
    [
        ([ONE], None, True),
        ([ONE, {**ONE, "name": "partner"}], "company", True),
        ([ONE, {**ONE, "name": "partner"}], None, False),
        ([ONE], "other", False),
        ([], None, False),
        (None, None, False),
    ],
)
def test_which_provider(logins: object, name: str | None, found: bool) -> None:
    with served(lambda *_: (200, {"issuer": GATE, "gatehouse": {"logins": logins}})) as gate:
        if found:
            assert offered(gate.url, name) == Offered("company", "https://id", "cli", ("email",))
        else:
            with pytest.raises(NoToken, match="--provider"):
                offered(gate.url, name)
