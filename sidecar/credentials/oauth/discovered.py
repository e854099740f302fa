"""Where tokens are given out, if the settings leave that to be asked: of the issuer, or of the server first.

Strategy: a server names its issuers (RFC 9728), an issuer its token endpoint (RFC 8414, or OpenID). What was found is
used for an hour, then looked up again when somebody wants a token; while nobody answers there, for a day.

Rules:
- An issuer that the settings name is the only one. Where they name none, it is the first one that the server named
  since the gate started: the client's secret goes to no other, whatever the server says later.
- What is wrong is told to all who ask within the next seconds, so that they do not all ask.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from sidecar.credentials.oauth import metadata
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.oauth.metadata import Resource, Said, same, wrong
from sidecar.credentials.oauth.web import Web
from sidecar.settings.oauth import OAuth

KEPT = 3600.0
LONGEST = 86_400.0
# After a failure: of the look itself, or of the endpoint that was found.
APART = 5.0


class Discovered:
    """`clock` gives seconds that only move forward."""

    def __init__(self, oauth: OAuth, web: Web, clock: Callable[[], float]) -> None:
        self._written, self._web, self._clock = oauth, web, clock
        self._issuer = oauth.issuer
        self._found: OAuth | NoToken = NoToken("nobody was asked yet", lasting=False, outcome="unreachable")
        self._since = self._again = clock()
        self._one = asyncio.Lock()

    async def oauth(self) -> OAuth:
        """With its token endpoint, or `NoToken`."""
        if self._written.token_url:
            return self._written
        async with self._one:
            if self._clock() >= self._again:
                await self._look()
        if isinstance(self._found, NoToken):
            raise NoToken(str(self._found), lasting=self._found.lasting, outcome=self._found.outcome)
        return self._found

    def doubt(self) -> None:
        """No token came from there: perhaps it has moved."""
        self._again = min(self._again, max(self._clock(), self._since + APART))

    async def _look(self) -> None:
        now = self._clock()
        try:
            self._found = await self._ask()
            self._since, self._again = now, now + KEPT
        except NoToken as no:
            self._again = self._clock() + APART
            if no.lasting or isinstance(self._found, NoToken) or now - self._since >= LONGEST:
                self._found = no

    async def _ask(self) -> OAuth:
        issuer, resource, server = self._issuer, self._written.resource, self._written.server
        if server is not None:
            found = await self._resource(server)
            issuer, resource = self._chosen(found, server), resource or found.address
        if issuer is None:
            raise wrong("neither an issuer nor a server is known: set issuer")
        endpoint = await self._endpoint(issuer)
        self._issuer = issuer
        return replace(self._written, token_url=endpoint, resource=resource)

    def _chosen(self, found: Resource, server: str) -> str:
        if self._issuer is None:
            if not found.issuers:
                raise wrong(f"the metadata of {server} names no issuer with https: set issuer")
            return found.issuers[0]
        if found.issuers and not any(same(one, self._issuer) for one in found.issuers):
            why = f"the metadata of {server} does not name the issuer {self._issuer}"
            raise wrong(f"{why}: if it has moved, set issuer to where it is, and start the gate again")
        return self._issuer

    async def _endpoint(self, issuer: str) -> str:
        said = await self._document(f"the metadata of {issuer}", metadata.issuer_places(issuer))
        if said is None:
            places = " nor ".join(metadata.issuer_places(issuer))
            raise wrong(f"the issuer publishes no metadata, neither {places}: check issuer, or set token_url")
        return metadata.token_endpoint(issuer, said)

    async def _resource(self, server: str) -> Resource:
        told = f"the metadata of {server}"
        said = await self._document(told, metadata.resource_places(server))
        if said is None:
            refused = await self._web.get(told, server, whole=False)
            place = metadata.challenged(refused.challenge, server)
            said = await self._document(told, (place,)) if place is not None else None
        if said is None:
            raise wrong(f"the server at {server} does not say who its issuer is (RFC 9728): set issuer, not discover")
        return metadata.resource(server, said)

    async def _document(self, told: str, places: tuple[str, ...]) -> Said | None:
        for place in places:
            answer = await self._web.get(told, place)
            if answer.status >= 500 or answer.status in (408, 425, 429):
                raise NoToken(f"{told} answers {answer.status}", lasting=False, outcome="unreachable")
            if 300 <= answer.status < 400:
                raise wrong(f"{told} is elsewhere ({place} redirects): set issuer to its final address")
            said = metadata.document(answer.body) if answer.status == 200 else None
            if said is not None:
                return said
        return None
