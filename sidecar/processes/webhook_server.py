"""The webhook's HTTPS listener, and the certificate that it shows.

Rule: a new certificate counts for the next connection; those that are open go on. Until there is one, no connection
comes about.
"""

import ssl
import tempfile
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from sidecar.processes.console_serve import BACKLOG, QuietServer, Serving, bound


class Shown:
    """The listener's side of TLS; `take` another certificate while it listens."""

    def __init__(self) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._taken = ("", "")

    def take(self, certificate: str, key: str) -> bool:
        """Whether it was another one. A pair that does not fit is an `ssl.SSLError`, and the one before stays."""
        if self._taken == (certificate, key):
            return False
        # OpenSSL reads files only. Tried on a context of its own first: half a change would end every handshake.
        with tempfile.TemporaryDirectory(prefix="gatehouse-") as folder:
            files = Path(folder) / "tls.crt", Path(folder) / "tls.key"
            files[1].touch(mode=0o600)
            for file, text in zip(files, (certificate, key), strict=True):
                file.write_text(text)
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*files)
            self.context.load_cert_chain(*files)
        self._taken = (certificate, key)
        return True


class WebhookServer(Serving):
    """Bound when it is made, answers from `start` to `stop`."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__(bound(address, port, "listen.port"))

    async def start(self, app: ASGIApp, shown: Shown) -> None:
        self._socket.listen(BACKLOG)
        await self._serve(
            QuietServer(
                uvicorn.Config(
                    app,
                    loop="asyncio",
                    lifespan="off",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    proxy_headers=False,
                    # The API server keeps its connections; it opens new ones only now and then.
                    timeout_keep_alive=90,
                    timeout_graceful_shutdown=10,
                    ssl_context_factory=lambda *_: shown.context,
                )
            )
        )
