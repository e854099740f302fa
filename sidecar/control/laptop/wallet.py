"""A gate token that holds, whenever somebody asks.

Strategy: what is kept is given out until a minute before its end; then the proof, or the login, is exchanged anew. So
Claude's `apiKeyHelper` can call us as often as it likes.

Rules:
- One at a time on a machine, and whoever waited looks again first: a refresh token works once.
- What a person does here takes groups of now: for that the provider is asked anew, and the token kept only as long as
  the control plane takes it for a change.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from sidecar.control.laptop.kept import Cached, Kept, Login
from sidecar.control.laptop.proof import TYPES, Proof
from sidecar.control.laptop.said import NoToken, seconds, text
from sidecar.settings.tokens import CONTROL_AUDIENCE

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
# Before its end: a call that starts now may wait for its turn. Of a token for seconds, a third of its life.
MARGIN = 60.0
# Seconds in which a token for people's acts is used again; after sixty the control plane changes nothing with it.
ACTS_KEPT = 40.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """From which control plane, and for which gate (nothing: its own), or for what the person does there."""

    control: str
    audience: str | None = None

    @property
    def acts(self) -> bool:
        return self.audience == CONTROL_AUDIENCE

    @classmethod
    def to_act(cls, control: str) -> Self:
        """For what people do: decide, stop, call back."""
        return cls(control, CONTROL_AUDIENCE)


class Wallet:
    def __init__(self, kept: Kept, now: Callable[[], float]) -> None:
        self._kept = kept
        self._now = now

    def token_for(self, proof: Proof, wanted: Wanted) -> Cached:
        """For something that this machine can show."""
        return self._held(proof.name, wanted, lambda: self._exchanged(proof.read(), proof.kind, wanted))

    def token_of_login(self, login: Login, wanted: Wanted) -> Cached:
        """For whoever logged in here."""
        return self._held(f"login {login.who}", wanted, lambda: self._of_login(self._kept.login() or login, wanted))

    def _held(self, name: str, wanted: Wanted, fresh: Callable[[], Cached]) -> Cached:
        parts = "\0".join((name, wanted.control, wanted.audience or ""))
        place = hashlib.sha256(parts.encode()).hexdigest()[:32]
        if held := self._holds(self._kept.token(place), wanted):
            return held
        with self._kept.locked():
            if held := self._holds(self._kept.token(place), wanted):
                return held
            made = fresh()
            self._kept.keep_token(place, made)
            return made

    def _holds(self, token: Cached | None, wanted: Wanted) -> Cached | None:
        if token is None or (wanted.acts and token.issued + ACTS_KEPT <= self._now()):
            return None
        margin = min(MARGIN, (token.expires - token.issued) / 3)
        return token if token.expires - margin > self._now() else None

    def _of_login(self, login: Login, wanted: Wanted) -> Cached:
        if login.issuer is None:
            return self._refreshed_here(login, wanted)
        ended = login.proof is None or login.proof_expires - MARGIN <= self._now()
        # Without a refresh token the proof that is there may do, if the login was just now.
        if ended or (wanted.acts and login.refresh):
            login = self._refreshed_there(login)
        return self._exchanged(login.proof or "", TYPES["id_token"], wanted)

    def _refreshed_here(self, login: Login, wanted: Wanted) -> Cached:
        from sidecar.control.laptop.ask import post  # noqa: PLC0415  (httpx costs a tenth of a second)

        said = post(login.endpoint, {**_refresh(login), **_audience(wanted)})
        self._kept.keep(login.with_(refresh=text(said, "refresh_token")))
        return self._cached(said)

    def _refreshed_there(self, login: Login) -> Login:
        from sidecar.control.laptop.ask import post  # noqa: PLC0415

        said = post(login.endpoint, {**_refresh(login), "client_id": login.client or ""})
        proof = text(said, "id_token")
        fresh = login.with_(
            proof=proof,
            proof_expires=ends(proof),
            refresh=said.get("refresh_token") or login.refresh,
        )
        self._kept.keep(fresh)
        return fresh

    def _exchanged(self, proof: str, kind: str, wanted: Wanted) -> Cached:
        from sidecar.control.laptop.ask import post  # noqa: PLC0415

        form = {"grant_type": EXCHANGE, "subject_token": proof, "subject_token_type": kind, **_audience(wanted)}
        return self._cached(post(f"{wanted.control}/v1/token", form))

    def _cached(self, said: dict[str, object]) -> Cached:
        now = self._now()
        return Cached(text(said, "access_token"), now, now + seconds(said, "expires_in", 0.0))


def ends(proof: str) -> float:
    """When an ID token ends, as it says itself."""
    import jwt  # noqa: PLC0415

    try:
        return seconds(jwt.decode(proof, options={"verify_signature": False}), "exp", 0.0)
    except jwt.InvalidTokenError as error:
        raise NoToken("The provider's ID token cannot be read.") from error


def _refresh(login: Login) -> dict[str, str]:
    if not login.refresh:
        raise NoToken("The login has ended: `gatehouse login` starts a new one.")
    return {"grant_type": "refresh_token", "refresh_token": login.refresh}


def _audience(wanted: Wanted) -> dict[str, str]:
    return {"audience": wanted.audience} if wanted.audience else {}
