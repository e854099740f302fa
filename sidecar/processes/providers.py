"""Who may vouch for a caller: the configured providers, and on a laptop the development identity."""

from sidecar.extproc.identity import ClaimNames
from sidecar.settings.values import Provider, Settings
from sidecar.simulator.identity import prepared_for


def providers(settings: Settings) -> tuple[Provider, ...]:
    """Every provider whose tokens Envoy verifies."""
    own = (prepared_for(settings).provider(),) if settings.development.identity else ()
    return (*settings.providers, *own)


def claim_names(settings: Settings) -> dict[str, ClaimNames]:
    """Which claims of each provider's tokens say who and in which groups."""
    return {one.name: ClaimNames(one.claims.subject, one.claims.groups) for one in providers(settings)}
