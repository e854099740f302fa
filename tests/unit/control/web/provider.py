"""The development provider, in process, and the console as its client."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx

from sidecar.control.store.store import Store
from sidecar.control.tokens.oidc import Oidc
from sidecar.control.tokens.published import Published
from sidecar.control.web.relying import Client, Relying
from sidecar.settings.tokens import Source, SourceKind
from sidecar.simulator.provider import Options, Provider, User
from sidecar.simulator.provider_app import provider_app
from tests.unit.control.web.rig import URL, Clock, Rig, rig

ISSUER = "http://127.0.0.1:7111"
CLIENT = "gatehouse-console"
SECRET = "console-" + "s" * 12


@dataclass
class Company:
    """`away`: it does not answer."""

    provider: Provider
    http: httpx.AsyncClient
    relying: Relying
    users: list[User]

    async def back(self, address: str, user: str) -> str:
        """Where the browser is sent once this person was picked."""
        query = dict(parse_qsl(urlsplit(address).query))
        answer = await self.http.post(f"{ISSUER}/authorize", data={**query, "user": user})
        return answer.headers["location"]


def company(clock: Clock) -> Company:
    users = [User("grace", ("reviewers",)), User("ada", ("engineering",)), User("root", ("admins",))]
    provider = Provider(ISSUER, Options(users=users, clients={CLIENT: SECRET}, lifetime=300), clock)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(provider_app(provider)))
    source = Source("company", SourceKind.OIDC, ISSUER, (CLIENT,), "sub", groups=("groups",), clients=(CLIENT,))
    verifier = Oidc(source, Published(source, http, clock), clock)
    relying = Relying(source, Client(CLIENT, lambda: SECRET), verifier, http, URL)
    return Company(provider, http, relying, users)


def with_company(store: Store) -> tuple[Rig, Company]:
    clock = Clock()
    made = company(clock)
    console = rig(store, relying=made.relying, clock=clock)
    console.clock = clock
    return console, made
