"""The webhook over HTTP: two addresses, each an AdmissionReview in and one out.

Rules:
- Whatever goes wrong is a refusal, or an HTTP error where nobody can be answered; the API server takes both for a no
  (`failurePolicy: Fail`). A bug refuses one pod, is logged, and says nothing of the pod.
- A body is read up to the limit and no further.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sidecar.control.admission.review import (
    LARGEST,
    VERSION,
    Answer,
    Malformed,
    Refusal,
    Review,
    Unclear,
    parsed,
    written,
)
from sidecar.telemetry.log import EventLog

Decide = Callable[[Review], Awaitable[Answer]]
Seen = Callable[[str, str, float], None]
log = EventLog("admission")


@dataclass(frozen=True, slots=True)
class Hook:
    """`seen`: told the hook's name, the outcome and the seconds it took."""

    name: str
    decide: Decide
    seen: Seen

    async def __call__(self, request: Request) -> Response:
        began = time.perf_counter()
        try:
            body = await _body(request)
            uid, version, answer = await self._answered(body)
        except Malformed as error:
            self.seen(self.name, "malformed", time.perf_counter() - began)
            return PlainTextResponse(f"{error}\n", 413 if isinstance(error, _TooLarge) else 400)
        self.seen(self.name, _outcome(answer), time.perf_counter() - began)
        return Response(written(answer, uid, version), media_type="application/json")

    async def _answered(self, body: bytes) -> tuple[str, str, Answer]:
        try:
            review = parsed(body)
        except Unclear as error:
            return error.uid, error.version, Answer(False, str(error), 400)
        try:
            answer = await self.decide(review)
        except Refusal as refusal:
            answer = Answer(False, f"gatehouse: {refusal}")
        except Exception as error:  # noqa: BLE001  (one bad pod must not take the others down)
            log.error("a review could not be answered", error=error, hook=self.name, namespace=review.namespace)
            answer = Answer(False, "gatehouse: the webhook failed on this object; its log says where", 500)
        if not answer.allowed:
            about = {"namespace": review.namespace, "name": review.name, "user": review.user}
            log.info("refused", hook=self.name, **about, why=answer.message)
        return review.uid, VERSION, answer


def app(hooks: Mapping[str, Hook]) -> Starlette:
    """`hooks`: by path."""
    return Starlette(routes=[Route(path, _endpoint(hook), methods=["POST"]) for path, hook in hooks.items()])


def _endpoint(hook: Hook) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await hook(request)

    return answer


class _TooLarge(Malformed):
    pass


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise _TooLarge(f"the review is larger than {LARGEST >> 20} MiB, and no object in a cluster is")
            parts.append(part)
    except ClientDisconnect as error:
        raise Malformed("the review ended too early") from error
    return b"".join(parts)


def _outcome(answer: Answer) -> str:
    if not answer.allowed:
        return "failed" if answer.code == 500 else "refused"
    return "patched" if answer.patch else "allowed"
