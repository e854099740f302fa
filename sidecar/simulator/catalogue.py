"""The models that the simulated API has, and its message batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.simulator.failure import failure
from sidecar.simulator.reply import Json, dump

MODELS = {
    "claude-opus-5-5": "Claude Opus 5.5",
    "claude-sonnet-5": "Claude Sonnet 5",
    "claude-sonnet-4-5": "Claude Sonnet 4.5",
    "claude-haiku-4-5": "Claude Haiku 4.5",
}
BORN = "2026-01-01T00:00:00Z"  # of everything here: an agent shows it at most
UNKNOWN = "does-not-exist"  # a model of this name is not found, so that a test can ask for that


def models() -> Json:
    data = [model(name) for name in MODELS]
    return {"data": data, "first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}


def model(name: str) -> Json:
    refuse_unknown(name)
    return {"type": "model", "id": name, "display_name": MODELS.get(name, name), "created_at": BORN}


def refuse_unknown(name: str) -> None:
    """Any name that looks like one of ours will do: new models come out faster than this list is changed."""
    if not name.startswith("claude-") or UNKNOWN in name:
        raise failure(404, f"model: {name}")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch is answered at once, so that fetching it always finds it ended."""

    id: str
    results: tuple[Json, ...]

    def shown(self, base: str) -> Json:
        failed = sum(_type(result) == "errored" for result in self.results)
        counts = {"processing": 0, "succeeded": len(self.results) - failed, "errored": failed}
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": "ended",
            "request_counts": {**counts, "canceled": 0, "expired": 0},
            "created_at": BORN,
            "ended_at": BORN,
            "expires_at": BORN,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{base}/v1/messages/batches/{self.id}/results",
        }

    def lines(self) -> list[bytes]:
        return [dump(result) + b"\n" for result in self.results]


def _type(result: Json) -> object:
    inner = result["result"]
    return inner["type"] if isinstance(inner, dict) else None


def batch_requests(body: Json) -> Sequence[tuple[str, Json]]:
    """(custom_id, params) of each request in a batch, or the API's 400."""
    requests = body.get("requests")
    if not isinstance(requests, list) or not requests:
        raise failure(400, "requests: Field required")
    return [_batch_request(at, item) for at, item in enumerate(requests)]


def _batch_request(at: int, item: object) -> tuple[str, Json]:
    name = item.get("custom_id") if isinstance(item, dict) else None
    params = item.get("params") if isinstance(item, dict) else None
    if not isinstance(name, str) or not isinstance(params, dict):
        raise failure(400, f"requests.{at}: `custom_id` and `params` are required")
    return name, params
