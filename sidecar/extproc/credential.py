"""The credential that one exchange goes on with, as the upstream wants to see it.

Rules:
- What is in memory is given at once; what has to be fetched is waited for beside the exchange, which hears on.
- A credential that the upstream refuses (401) is told of, so that the next call gets another.
"""

from collections.abc import Awaitable, Callable

from sidecar.core.errors import Refused
from sidecar.core.exchange.commands import Forward
from sidecar.core.model.http import Headers
from sidecar.extproc.errand import Errand
from sidecar.extproc.seat import Vault

Came = tuple[Forward, Headers | Refused]


class Credential:
    """`fetched` is told what came of a fetch."""

    def __init__(
        self,
        vault: Vault,
        fetched: Callable[[Forward, Headers | Refused], Awaitable[None]],
        broken: Callable[[BaseException], None],
    ) -> None:
        self._vault = vault
        self._fetched = fetched
        self._errand: Errand[Came] = Errand(self._came, broken)
        self._used: tuple[str, str | None, Headers] | None = None

    def given(self, command: Forward, token: str | None) -> Headers | None:
        """The headers, or nothing: then `fetched` is called later. `Refused` if there are none."""
        headers = self._vault.headers_for(command.connection, token)
        if headers is None:
            self._errand.begin(self._fetch(command, token))
            return None
        self._used = (command.connection, token, headers)
        return headers

    def withdraw(self) -> None:
        self._errand.withdraw()

    def answered(self, status: int) -> None:
        if status == 401 and self._used is not None:
            self._vault.rejected(*self._used)

    async def _fetch(self, command: Forward, token: str | None) -> Came:
        try:
            headers = await self._vault.fetch(command.connection, token)
        except Refused as refused:
            return command, refused
        self._used = (command.connection, token, headers)
        return command, headers

    async def _came(self, came: Came) -> None:
        await self._fetched(*came)
