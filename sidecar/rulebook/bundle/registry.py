"""An OCI registry (distribution specification 1.1), asked for a bundle or given one.

Rules:
- A registry that wants a token is met once per visit; without a credential an anonymous one is asked for.
- Blobs may come from another host, as most registries keep them elsewhere: they are known by their digest, and that
  host sees no credential.
"""

import json
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from sidecar.rulebook.bundle.archive import LARGEST
from sidecar.rulebook.bundle.artifact import (
    EMPTY_BODY,
    INDEX,
    LARGEST_MANIFEST,
    MANIFEST,
    described,
    digest_of,
    layer_of,
)
from sidecar.rulebook.bundle.challenge import Credential, challenge
from sidecar.rulebook.bundle.manifest import Manifest
from sidecar.rulebook.bundle.trouble import BundleAway, BundleRefused
from sidecar.rulebook.bundle.web import Answer, Web, refusal
from sidecar.settings.bundle import RegistryPlace

OK, CREATED, ACCEPTED, UNAUTHORIZED = 200, 201, 202, 401
BYTES = "application/octet-stream"
_SMALL = 64 << 10


class Registry:
    """One visit. `actions`: what a token is asked for."""

    def __init__(self, web: Web, place: RegistryPlace, credential: Credential | None, actions: str = "pull") -> None:
        self._web = web
        self._place = place
        self._credential = credential
        self._scope = f"repository:{place.repository}:{actions}"
        # A token of its own is shown at once; a password only to who asks for it.
        self._shown = credential.header if credential and credential.user is None else None

    async def pulled(self, known: str | None) -> tuple[bytes, str] | None:
        """The archive and the digest of its OCI manifest; nothing where that is the known one still."""
        accept = {"accept": f"{MANIFEST}, {INDEX}"}
        path = f"manifests/{self._place.reference}"
        if known is not None:
            seen = await self._ask("HEAD", path, accept)
            if seen.status == OK and seen.headers.get("docker-content-digest") == known:
                return None
        manifest = self._expected(await self._ask("GET", path, accept, largest=LARGEST_MANIFEST), OK)
        digest = digest_of(manifest.body)
        if digest == known:
            return None
        if ":" in self._place.reference and digest != self._place.reference:
            raise BundleRefused(f"has another OCI manifest than {self._place.reference}: its digest is {digest}")
        layer = layer_of(manifest.body)
        blob = self._expected(await self._ask("GET", f"blobs/{layer.digest}", largest=LARGEST, elsewhere=True), OK)
        if len(blob.body) != layer.size or digest_of(blob.body) != layer.digest:
            raise BundleRefused(f"came with {len(blob.body)} bytes that are not those of {layer.digest}")
        return blob.body, digest

    async def push(self, raw: bytes, manifest: Manifest) -> str:
        """Blobs first, so that whoever sees the manifest finds them. The digest it is known by from now on."""
        for body in (EMPTY_BODY, raw):
            await self._upload(body)
        body = described(raw, manifest)
        answer = await self._ask("PUT", f"manifests/{self._place.reference}", {"content-type": MANIFEST}, body)
        self._expected(answer, CREATED)
        return digest_of(body)

    async def _upload(self, body: bytes) -> None:
        digest = digest_of(body)
        if (await self._ask("HEAD", f"blobs/{digest}")).status == OK:
            return
        begun = self._expected(await self._ask("POST", "blobs/uploads/"), ACCEPTED)
        to = urljoin(begun.url, begun.headers.get("location", ""))
        if urlsplit(to)[:2] != urlsplit(self._place.url)[:2]:
            raise BundleAway(f"{self._place.url} wants the upload at {urlsplit(to).netloc}, another host")
        to += f"{'&' if '?' in to else '?'}digest={digest}"
        answer = await self._asked("PUT", to, {"content-type": BYTES}, body)
        self._expected(answer, CREATED)

    async def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        largest: int = _SMALL,
        elsewhere: bool = False,
    ) -> Answer:
        url = f"{self._place.url}/v2/{self._place.repository}/{path}"
        return await self._asked(method, url, headers or {}, body, largest=largest, elsewhere=elsewhere)

    async def _asked(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        largest: int = _SMALL,
        elsewhere: bool = False,
    ) -> Answer:
        for again in (True, False):
            shown = {"authorization": self._shown} if self._shown else {}
            sent = {**headers, **shown}
            answer = await self._web.ask(method, url, sent, body, largest=largest, elsewhere=elsewhere)
            if not again or answer.status != UNAUTHORIZED or not await self._met(answer):
                break
        return answer

    async def _met(self, refusal: Answer) -> bool:
        """Whether there is something else to show now."""
        wanted = challenge(refusal.headers.get("www-authenticate", ""))
        before = self._shown
        if wanted is None:
            return False
        if wanted.scheme == "basic" and self._credential is not None:
            self._shown = self._credential.header
        elif address := wanted.token_address(self._scope):
            self._shown = f"Bearer {await self._token(address)}"
        return self._shown != before

    async def _token(self, address: str) -> str:
        if not self._place.plain and not address.startswith("https:"):
            raise BundleAway(f"{self._place.url} sends us to {urlsplit(address).netloc} for a token, without TLS")
        shown = {"authorization": self._credential.header} if self._credential else {}
        answer = await self._web.ask("GET", address, shown, largest=_SMALL)
        try:
            said = json.loads(answer.body) if answer.status == OK else {}
            token = said.get("token") or said.get("access_token")
        except (ValueError, AttributeError, RecursionError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise BundleAway(f"{urlsplit(address).netloc} gives no token (it answered {answer.status})")
        return token

    def _expected(self, answer: Answer, status: int) -> Answer:
        if answer.status != status:
            raise refusal(str(self._place), answer.status)
        return answer
