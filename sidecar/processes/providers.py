"""Who may vouch for a caller: configured providers, our own control plane, and on a laptop the development identity.

The control plane's keys come from its address, also on one machine: it changes them while Envoy runs.
"""

from sidecar.extproc.identity import ClaimNames
from sidecar.settings.tokens import JWKS_PATH, OWN_PROVIDER
from sidecar.settings.values import Claims, Jwks, Provider, Settings
from sidecar.simulator.identity import prepared_for


def providers(settings: Settings) -> tuple[Provider, ...]:
    """Every provider whose tokens Envoy verifies."""
    own = (prepared_for(settings).provider(),) if settings.development.identity else ()
    return (*settings.providers, *_control_plane(settings), *own)


def _control_plane(settings: Settings) -> tuple[Provider, ...]:
    exchange = settings.exchange
    if exchange is None:
        return ()
    keys = Jwks(url=settings.control + JWKS_PATH, file=None)
    return (Provider(OWN_PROVIDER, exchange.issuer, (exchange.audience,), keys, Claims("sub", "groups")),)


def claim_names(settings: Settings) -> dict[str, ClaimNames]:
    """Which claims of each provider's tokens say who and in which groups."""
    people = {one.name: ClaimNames(one.claims.subject, one.claims.groups) for one in providers(settings)}
    pod = settings.workload
    if pod is None:
        return people
    claims = pod.provider.claims
    return {**people, pod.provider.name: ClaimNames(claims.subject, claims.groups, pod.mapped, pod=True)}
