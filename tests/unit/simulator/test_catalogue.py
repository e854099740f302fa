import json

import pytest

from sidecar.core.errors import Refused
from sidecar.simulator.catalogue import MODELS, Batch, batch_requests, model, models


def test_models() -> None:
    shown = models()
    assert [entry["id"] for entry in shown["data"]] == list(MODELS)
    assert (shown["first_id"], shown["has_more"]) == (next(iter(MODELS)), False)


@pytest.mark.parametrize(
    ("name", "known", "note"),
    [
        ("claude-opus-5-5", True, "one that is listed"),
        ("claude-of-tomorrow", True, "one that is not listed yet"),
        ("gpt-4", False, "another house's"),
        ("claude-does-not-exist", False, "for tests that want a 404"),
    ],
)
def test_model(name: str, known: bool, note: str) -> None:
    if known:
        assert model(name)["id"] == name, note
        return
    with pytest.raises(Refused) as caught:
        model(name)
    assert (caught.value.status, caught.value.code) == (404, "not_found_error"), note


def test_a_batch_counts_its_results() -> None:
    batch = Batch(
        "b1", ({"custom_id": "a", "result": {"type": "succeeded"}}, {"custom_id": "b", "result": {"type": "errored"}})
    )
    shown = batch.shown("http://here")
    assert shown["request_counts"] == {"processing": 0, "succeeded": 1, "errored": 1, "canceled": 0, "expired": 0}
    assert shown["results_url"] == "http://here/v1/messages/batches/b1/results"
    assert [json.loads(line)["custom_id"] for line in batch.lines()] == ["a", "b"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"requests": []},
        {"requests": "x"},
        {"requests": [3]},
        {"requests": [{"custom_id": "a"}]},
        {"requests": [{"params": {}}]},
    ],
)
def test_a_wrong_batch_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        batch_requests(body)
    assert caught.value.status == 400
