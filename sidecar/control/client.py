"""The control plane's API, asked by a program.

Rules:
- Nothing secret over plain HTTP but on this machine; a redirect is not followed: it could carry the key away.
- What the other side says is a value or `Said`; that it cannot be reached is `Away`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Self
from urllib.parse import quote, urlsplit

import httpx

from sidecar.core.errors import GatehouseError
from sidecar.settings.loopback import is_loopback

WITHIN = 15.0  # seconds
# The stream beats every 15 s: after three beats missed it is gone.
SILENT = 50.0


class Said(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """It was not done, and why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Away(GatehouseError):  # noqa: N818  (a state)
    """The control plane cannot be reached."""


class Client:
    """`bearer`: asked for at each call, so that a long watch outlives a token."""

    def __init__(self, url: str, bearer: Callable[[], str], transport: httpx.BaseTransport | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Away(f"{url} is not https: a key would be sent in the clear.")
        self._url = url.rstrip("/")
        self._bearer = bearer
        self._http = httpx.Client(timeout=WITHIN, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def approvals(self, query: Mapping[str, str]) -> dict[str, object]:
        return self._json("GET", "/v1/approvals", params=dict(query))

    def approval(self, ticket: str) -> dict[str, object]:
        return self._json("GET", f"/v1/approvals/{quote(ticket, safe='')}")

    def decide(self, ticket: str, yes: bool, rationale: str | None, for_session: bool) -> dict[str, object]:
        said = {"yes": yes, "rationale": rationale, "for_session": for_session}
        return self._json("POST", f"/v1/approvals/{quote(ticket, safe='')}/decisions", json=said)

    def blocks(self) -> list[dict[str, object]]:
        found = self._json("GET", "/v1/blocks").get("items")
        return found if isinstance(found, list) else []

    def put_block(self, target: str, value: str, reason: str) -> dict[str, object]:
        return self._json("POST", "/v1/blocks", json={"target": target, "value": value, "reason": reason})

    def lift_block(self, block: str) -> None:
        self._asked("DELETE", f"/v1/blocks/{quote(block, safe='')}")

    def sign_in_link(self) -> str:
        return str(self._json("POST", "/v1/sign-in-links")["url"])

    def changes(self) -> Iterator[None]:
        """Once at the beginning and whenever a ticket changed, until the stream ends."""
        try:
            with self._http.stream(
                "GET", f"{self._url}/v1/approvals/events", headers=self._headers(), timeout=httpx.Timeout(SILENT)
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _said(answer)
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield None
        except httpx.HTTPError as error:
            raise self._away(error) from error

    def _json(self, method: str, path: str, **more: object) -> dict[str, object]:
        answer = self._asked(method, path, **more)
        try:
            said = answer.json()
        except ValueError as error:
            raise Said(f"{self._url} answered, and not in JSON: is it the right address?", "not_json") from error
        return said if isinstance(said, dict) else {}

    def _asked(self, method: str, path: str, **more: object) -> httpx.Response:
        try:
            answer = self._http.request(method, self._url + path, headers=self._headers(), **more)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise self._away(error) from error
        if not answer.is_success:
            raise _said(answer)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._bearer()}", "accept": "application/json"}

    def _away(self, error: Exception) -> Away:
        return Away(f"the control plane at {self._url} cannot be reached: {str(error) or type(error).__name__}")


def _said(answer: httpx.Response) -> Said:
    try:
        error = answer.json()["error"]
        return Said(str(error["message"]), str(error["code"]))
    except (ValueError, KeyError, TypeError):
        return Said(f"The answer was {answer.status_code}.", str(answer.status_code))
