"""Service account tokens of a Kubernetes cluster.

Strategy: either the cluster's published keys verify them, or the cluster itself is asked (`TokenReview`), which also
knows of pods and accounts that are gone since. Both end in the same claims: `namespace`, `serviceaccount`, `pod`.

Rules: only projected tokens count: bound to an audience and with an end. The account must fit a line under `map`.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt

from sidecar.control.tokens import mapping
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.control.tokens.signed import Expected, Keys, check, moment, unproved, verified
from sidecar.core.model.claims import claim, texts
from sidecar.settings.tokens import Review, Source

ACCOUNT = re.compile(r"system:serviceaccount:([^:]+):([^:]+)")
REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"
ASK_WITHIN = 5.0
KUBERNETES = "kubernetes.io"


class Kubernetes:
    """Proofs of one cluster."""

    def __init__(self, source: Source, keys: Keys, now: Callable[[], float]) -> None:
        self.source = source
        self._keys = keys
        self._now = now
        self.issuers: tuple[str, ...] = (source.issuer,)

    async def prove(self, token: str) -> Proven:
        if self.source.review:
            await self._reviewed(token, self.source.review)
            claims = _unverified(token)
        else:
            claims = await verified(token, self.source.name, self._keys)
        check(claims, Expected(self.source.name, self.issuers, self.source.audiences), self._now())
        account = claims | self._account(claims)
        return Proven(
            source=self.source.name,
            subject=mapping.subject(self.source, account),
            groups=mapping.groups(self.source, account, must_fit=True),
            expires=moment(claims, "exp") or 0.0,
            issued=moment(claims, "iat"),
            token=None,  # its `jti` is the pod's mount, the same for each use
        )

    def _account(self, claims: Mapping[str, object]) -> dict[str, object]:
        found = ACCOUNT.fullmatch(str(claims.get("sub")))
        if found is None:
            raise TokenRefused("The token is not of a service account.", source=self.source.name)
        pod = claim(claims.get(KUBERNETES), "pod.name")
        return {"namespace": found[1], "serviceaccount": found[2], **({"pod": pod} if pod else {})}

    async def _reviewed(self, token: str, review: Review) -> None:
        """The cluster says that it is its own, that it holds, and whose it is; the rest is read from the token."""
        asked = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": list(self.source.audiences)},
        }
        status = claim(await self._ask(review, asked), "status")
        said = status if isinstance(status, Mapping) else {}
        audiences = set(texts(said.get("audiences")))
        if said.get("authenticated") is not True or not audiences & set(self.source.audiences):
            raise TokenRefused(f"{self.source.name} does not vouch for this token.", source=self.source.name)
        if claim(said, "user.username") != _unverified(token).get("sub"):
            raise TokenRefused(f"{self.source.name} says that it is someone else's.", source=self.source.name)

    async def _ask(self, review: Review, asked: Mapping[str, object]) -> object:
        try:
            # Read each time: the mounted token changes every hour.
            own = (await asyncio.to_thread(review.token_file.read_text)).strip()
            context = ssl.create_default_context(cafile=str(review.ca) if review.ca else None)
            async with httpx.AsyncClient(verify=context, timeout=ASK_WITHIN, trust_env=False) as http:
                headers = {"authorization": f"Bearer {own}"}
                answer = await http.post(review.url + REVIEWS, json=asked, headers=headers)
            if not answer.is_success:
                raise ValueError(f"answered {answer.status_code}")
            return answer.json()
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise TokenRefused(
                f"{self.source.name} cannot be asked about the token now: try again shortly.",
                Error.UNAVAILABLE,
                status=503,
                source=self.source.name,
            ) from error


def _unverified(token: str) -> dict[str, Any]:
    """The claims of a token that somebody else verified."""
    unproved(token)
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
