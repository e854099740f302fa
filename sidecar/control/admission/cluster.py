"""The API server, asked with this pod's own token.

Rules: the token is read for each question, as the kubelet swaps it. What the server says for the moment (429, 5xx, a
connection that broke) is asked again, three times in all; what it says for good is raised, or is a value where that is
an ordinary answer: nothing there (404), somebody was first (409).
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from sidecar.settings.webhook import ClusterAccess

Object = dict[str, Any]
ASK_WITHIN = 4.0  # seconds; an admission is answered in five
PAUSES = (0.05, 0.2)
LARGEST = 16 << 20
JSON_PATCH = "application/json-patch+json"
NOT_FOUND, CONFLICT = 404, 409


class ClusterFailed(Exception):  # noqa: N818  (named for what happened)
    """The API server gave no answer that helps."""


class Cluster:
    """Paths are those of the API: `/api/v1/namespaces/agents`."""

    def __init__(self, access: ClusterAccess, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._access = access
        self._wait = wait
        context = ssl.create_default_context(cafile=str(access.ca)) if access.ca else True
        self._http = httpx.AsyncClient(base_url=access.url, verify=context, timeout=ASK_WITHIN, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Object | None:
        return await self._ask("GET", path)

    async def create(self, path: str, made: Object) -> Object | None:
        """Nothing, where it was there already."""
        return await self._ask("POST", path, made)

    async def replace(self, path: str, made: Object) -> Object | None:
        """Nothing, where somebody changed or removed it meanwhile."""
        return await self._ask("PUT", path, made)

    async def patch(self, path: str, operations: list[Object]) -> Object | None:
        return await self._ask("PATCH", path, operations, JSON_PATCH)

    async def delete(self, path: str, uid: str) -> Object | None:
        """Nothing, where it is gone already, or another one by now."""
        precondition = {"preconditions": {"uid": uid}} if uid else {}
        return await self._ask("DELETE", path, {"apiVersion": "v1", "kind": "DeleteOptions", **precondition})

    async def _ask(self, method: str, path: str, body: object = None, kind: str = "application/json") -> Object | None:
        for pause in (*PAUSES, None):
            try:
                return await self._once(method, path, body, kind)
            except _Again as again:
                if pause is None:
                    raise ClusterFailed(f"{method} {path}: {again}") from again
                await self._wait(pause)
        raise AssertionError("the last try ends in an answer or an error")

    async def _once(self, method: str, path: str, body: object, kind: str) -> Object | None:
        try:
            token = (await asyncio.to_thread(self._access.token_file.read_text)).strip()
        except OSError as error:
            raise ClusterFailed(f"{self._access.token_file}: {error.strerror}") from error
        headers = {"authorization": f"Bearer {token}", "content-type": kind, "accept": "application/json"}
        try:
            answer = await self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise _Again(type(error).__name__) from error
        if answer.status_code in (NOT_FOUND, CONFLICT):
            return None
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            raise _Again(str(answer.status_code))
        if not answer.is_success or len(answer.content) > LARGEST:
            raise ClusterFailed(f"{method} {path}: {answer.status_code} {_said(answer)}")
        try:
            found: Object = answer.json()
        except ValueError as error:
            raise ClusterFailed(f"{method} {path}: the answer is not JSON") from error
        return found


class _Again(Exception):  # noqa: N818
    """Another try may end otherwise."""


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return ""
