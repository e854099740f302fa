"""The web side of the control plane, put together: console, API, tokens, anchors, health."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from sidecar.control.desk.anchors import Anchors
from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.gates import anchor_routes
from sidecar.control.notify.deliveries import Deliveries
from sidecar.control.person import Role
from sidecar.control.store.store import Store
from sidecar.control.tokens import routes as token_routes
from sidecar.control.tokens.cluster_keys import ClusterKeys
from sidecar.control.tokens.proofs import Proofs
from sidecar.control.tokens.tokens import Around, Tokens, tokens
from sidecar.control.trail import Trail
from sidecar.control.web.app import app
from sidecar.control.web.pages import record
from sidecar.control.web.pages.notifications import Notifications
from sidecar.control.web.parts import READ_FRESH, Parts
from sidecar.control.web.questions.asking import Questions
from sidecar.control.web.relying import Client, Relying
from sidecar.core.errors import ConfigurationError
from sidecar.processes import control_secrets
from sidecar.settings.control import SignIn
from sidecar.settings.values import Settings
from sidecar.telemetry.health import Health

HTTP_WITHIN = 10.0  # seconds that a provider may take to answer


@dataclass(frozen=True, slots=True)
class Desk:
    """The services that the web side shows."""

    store: Store
    tickets: Tickets
    blocks: Blocks
    anchors: Anchors
    trail: Trail


@dataclass(frozen=True, slots=True)
class Keys:
    """`link`: of data planes. `owner`: of this machine's user."""

    link: str
    owner: str | None


def composed(
    settings: Settings,
    desk: Desk,
    health: Health,
    keys: Keys,
    http: httpx.AsyncClient,
    environ: Mapping[str, str],
    questions: Questions,
    leaving: asyncio.Event,
) -> ASGIApp:
    """Everything that answers over HTTP."""
    control = settings.control_plane
    around = Around(desk.store, desk.trail, desk.blocks, http)
    made = tokens(settings.exchange, control.url, around) if settings.exchange else None
    parts = Parts(
        url=control.url,
        store=desk.store,
        tickets=desk.tickets,
        blocks=desk.blocks,
        trail=desk.trail,
        roles={Role(name): frozenset(groups) for name, groups in control.roles.items()},
        relying=_relying(settings, control.sign_in, http, environ) if control.sign_in else None,
        bearers=made.own if made else None,
        local_key=keys.owner,
        link_key=keys.link,
        groups_again=control.sign_in.groups_again if control.sign_in else READ_FRESH,
        leaving=leaving,
    )
    others = [
        *_routes(desk, health),
        *_token_routes(made),
        *_notifications(settings, desk),
        *(ClusterKeys(control.cluster_keys, time.time).routes() if control.cluster_keys else ()),
    ]
    return app(replace(parts, routes=[*others, *record.routes(parts, questions)]))


def new_http() -> httpx.AsyncClient:
    """For asking providers. What the environment says of proxies counts, as it does for other programs."""
    return httpx.AsyncClient(timeout=HTTP_WITHIN, follow_redirects=False)


def _notifications(settings: Settings, desk: Desk) -> list[BaseRoute]:
    deliveries = Deliveries(desk.store, desk.trail)
    return list(Notifications(deliveries, settings.control_plane.notifications, time.time).routes())


def _token_routes(made: Tokens | None) -> list[BaseRoute]:
    return list(token_routes.routes(made)) if made else []


def _routes(desk: Desk, health: Health) -> list[BaseRoute]:
    def page(path: str) -> Route:
        async def answer(_: Request) -> Response:
            status, kind, body = health.page(path)
            return Response(body, status, media_type=kind)

        return Route(path, answer, methods=["GET"])

    pages: list[BaseRoute] = [page(path) for path in ("/healthz", "/readyz", "/metrics")]
    return [*anchor_routes.routes(desk.anchors), *pages]


def _relying(settings: Settings, sign_in: SignIn, http: httpx.AsyncClient, environ: Mapping[str, str]) -> Relying:
    sources = settings.exchange.sources if settings.exchange else ()
    source = next((one for one in sources if one.name == sign_in.provider), None)
    if source is None:
        raise ConfigurationError.single("control.sign_in.provider", "is no source of identity.exchange")
    # A token that was made for another program must not open the console.
    ours = replace(source, audiences=(sign_in.client_id,), clients=(sign_in.client_id,))
    client = Client(sign_in.client_id, _secret(sign_in, environ), sign_in.scopes)
    verifier = Proofs((ours,), http, time.time).oidc(ours.name)
    return Relying(ours, client, verifier, http, settings.control_plane.url)


def _secret(sign_in: SignIn, environ: Mapping[str, str]) -> Callable[[], str | None]:
    source = sign_in.client_secret
    if source is None:
        return lambda: None
    return lambda: control_secrets.read(source, "control.sign_in.client_secret", environ)
