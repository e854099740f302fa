"""Real processes: as many different people as a rule asks for, sessions called back, and only hashes at rest."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from sidecar.simulator.provider import User
from tests.control.calls import eventually
from tests.control.world import AT_ONCE, Laptop, World, world

MONEY = "please move the money [[say:moved]]"
REVIEWERS = ("grace", "alan", "edith")
USERS = (
    User("ada", ("engineering",)),
    User("olga", ("engineering",)),
    User("root", ("admins",)),
    *(User(name, ("engineering", "reviewers")) for name in REVIEWERS),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("secrets"), *USERS) as made:
        yield made


def ticket(reviewer: Laptop) -> str:
    """The one that waits, once it does."""
    found: list[Any] = []

    def one() -> bool:
        found[:] = [json.loads(line) for line in reviewer.run("approvals", "list", "--json").splitlines()]
        return len(found) == 1

    eventually(one)
    return str(found[0]["id"])


def test_three_different_people(whole: World) -> None:
    """One of them twice is not two, and the third one's no is a no."""
    ada, (grace, alan, edith) = whole.laptop("ada"), map(whole.laptop, REVIEWERS)
    call = ada.asking(MONEY)
    waits = ticket(grace)
    grace.run("approvals", "approve", waits)
    assert "already" in grace.run("approvals", "approve", waits, ok=False)
    alan.run("approvals", "approve", waits)
    said = json.loads(edith.run("approvals", "show", waits, "--json"))
    assert (said["approvals"], said["approvals_needed"], said["state"]) == (2, 3, "pending")
    assert call.waits
    edith.run("approvals", "approve", waits)
    answer = call.answer()
    assert (answer.status_code, "moved" in answer.text) == (200, True)
    said = json.loads(edith.run("approvals", "show", waits, "--json"))
    assert {one["subject"] for one in said["decisions"]} == set(REVIEWERS)
    again = ada.asking(MONEY)
    waits = ticket(grace)
    grace.run("approvals", "approve", waits)
    alan.run("approvals", "approve", waits)
    edith.run("approvals", "deny", waits, "--rationale", "not today")
    answer = again.answer()
    assert (answer.status_code, "not today" in answer.text) == (451, True)


def test_a_session_is_called_back(whole: World) -> None:
    """Its open stream ends legally and its next call is refused, both at once; the same caller's other session goes on,
    and a new token does not help."""
    ada, root = whole.laptop("ada"), whole.laptop("root")
    meant, other = ada.headers(**{"x-gatehouse-session": "s-9"}), ada.headers(**{"x-gatehouse-session": "s-10"})
    stream, beside = ada.stream(meant), ada.stream(other)
    root.run("token", "revoke", "--session", "s-9", "--reason", "It was copied.")
    done = time.monotonic()
    assert stream.ended_after(done) < AT_ONCE
    assert b"It was copied." in stream.came
    eventually(lambda: ada.ask("hello", meant).status_code == 451, AT_ONCE)
    ada.log_in()
    assert "It was copied." in ada.ask("hello", ada.headers(**{"x-gatehouse-session": "s-9"})).text
    assert beside.goes_on
    assert ada.ask("hello", other).status_code == 200


def test_at_rest_are_only_hashes(whole: World) -> None:
    """Every secret of people's that the control plane gave out, or was shown, in every way of logging in."""
    olga = whole.laptop("olga", logged_in=False)
    olga.log_in_on_a_device()  # the control plane itself refreshes this login
    refresh = secrets_of(olga)["refresh"]
    token = olga.token()
    olga.forget_tokens()
    later = olga.token()
    ada = whole.laptop("ada")
    secrets = {f"ada's {name}": value for name, value in secrets_of(ada).items()}
    secrets |= {f"olga's {name}": value for name, value in secrets_of(olga).items()}
    secrets |= {"ada's token": ada.token(), "the first refresh": refresh, "olga's token": token, "a later one": later}
    with olga.browser() as browser:
        secrets |= {f"cookie {name}": value for name, value in browser.cookies.items() if len(value) > 20}
    folder = whole.folder / "state" / "control"
    kept = at_rest(folder)
    assert {"olga's refresh", "ada's refresh"} <= set(secrets)
    assert any(name.startswith("cookie") for name in secrets)
    for name, value in secrets.items():
        assert not in_any(kept, value), f"{name} is in {in_any(kept, value)}"
    for one in (token, later):
        claims = jwt.decode(one, options={"verify_signature": False})
        assert not in_any(kept, one.rpartition(".")[2]), "a signature"
        assert not in_any(kept, claims["jti"])
        assert in_any(kept, hashlib.sha256(claims["jti"].encode()).hexdigest()), "the search finds what is there"


def secrets_of(laptop: Laptop) -> dict[str, str]:
    """What a laptop keeps of its login, and must not be known elsewhere."""
    said = json.loads((laptop.home / ".config/gatehouse/login.json").read_text())
    return {name: said[name] for name in ("refresh", "proof") if said.get(name)}


def at_rest(folder: Path) -> dict[str, bytes]:
    """The files as they are, and the rows of the database once more, whatever page they are in."""
    files = {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}
    (database,) = (one for one in folder.rglob("*.sqlite") if "spool" not in one.parts)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reading:
        files["its rows"] = "\n".join(reading.iterdump()).encode()
    reading.close()
    return files


def in_any(kept: dict[str, bytes], value: str) -> list[str]:
    return [name for name, data in kept.items() if value.encode() in data]


def test_a_refresh_token_is_no_key(whole: World) -> None:
    """What refreshes a login opens neither the gate nor the API."""
    refresh = secrets_of(whole.laptop("olga"))["refresh"]
    headers = {"authorization": f"Bearer {refresh}", "anthropic-version": "2023-06-01"}
    assert whole.laptop("olga").ask("hello", headers).status_code == 401
    assert httpx.get(f"{whole.control}/v1/approvals", headers=headers, trust_env=False).status_code == 401
