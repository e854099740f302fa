"""The credentials of connections in the data plane: counted, and said in the log when something is the matter."""

import time
from collections.abc import Callable

from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.vault import Listeners, Vault
from sidecar.settings.values import Settings
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import CREDENTIAL_ERRORS, OAUTH_FETCHES, OAUTH_OLDEST, OAUTH_TOKENS, Metrics

# Of every failing caller a line would bury the rest of the log; the metrics count them all.
QUIET = 30.0
log = EventLog("credentials")


def vault(settings: Settings, metrics: Metrics, changed: Callable[[str], None]) -> Vault:
    """`changed`: another credential stands in a connection's file."""
    news = TokenNews(metrics, time.monotonic)

    def missing(connection: str) -> None:
        metrics.add(CREDENTIAL_ERRORS, connection=connection)

    return Vault(settings.connections, listeners=Listeners(missing, changed, news.fetched))


def gauged(vault: Vault, metrics: Metrics) -> None:
    for connection, (tokens, oldest) in vault.ages().items():
        metrics.set(OAUTH_TOKENS, tokens, connection=connection)
        metrics.set(OAUTH_OLDEST, oldest, connection=connection)


class TokenNews:
    """What came of asking token endpoints."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._metrics = metrics
        self._clock = clock
        self._said: dict[str, float] = {}

    def fetched(self, connection: str, no: NoToken | None) -> None:
        self._metrics.add(OAUTH_FETCHES, connection=connection, outcome=no.outcome if no else "ok")
        if no is None:
            if self._said.pop(connection, None) is not None:
                log.info("the token endpoint gives tokens again", connection=connection)
            return
        now = self._clock()
        if now - self._said.get(connection, float("-inf")) >= QUIET:
            self._said[connection] = now
            log.warning("no token", connection=connection, why=str(no))
