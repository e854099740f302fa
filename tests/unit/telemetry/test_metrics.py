"""Metrics: one table, closed labels."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.telemetry import metrics as table
from sidecar.telemetry.metrics import TABLE, From, Metric, Metrics


def series(metrics: Metrics) -> dict[str, float]:
    lines = [line for line in metrics.text().decode().splitlines() if line.startswith("gatehouse_")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("metric", TABLE, ids=lambda metric: metric.name)
def test_the_table(metric: Metric) -> None:
    assert re.fullmatch(r"gatehouse_[a-z_]+", metric.name)
    assert metric.help.endswith(".")
    assert not {"subject", "session", "user", "path", "value", "rule"} & metric.labels.keys()
    assert (metric.kind == table.HISTOGRAM) == bool(metric.buckets)


def test_every_metric_of_the_module_is_in_the_table() -> None:
    names = [one.name for one in vars(table).values() if isinstance(one, Metric)]
    assert sorted(names) == sorted(metric.name for metric in TABLE)
    assert len(set(names)) == len(names)


def test_counting() -> None:
    metrics = Metrics(connections=["claude"], detectors=["pii/email"])
    metrics.add(table.EXCHANGES, connection="claude", verdict="mask", status="200")
    metrics.add(table.EXCHANGES, 2, connection="claude", verdict="mask", status="200")
    metrics.add(table.OPEN_EXCHANGES)
    metrics.add(table.OPEN_EXCHANGES, -1)
    metrics.set(table.SESSIONS, 7)
    metrics.observe(table.RECORD_SECONDS, 0.002)
    seen = series(metrics)
    assert seen['gatehouse_exchanges_total{connection="claude",status="200",verdict="mask"}'] == 3
    assert seen["gatehouse_open_exchanges"] == 0
    assert seen["gatehouse_sessions"] == 7
    assert seen['gatehouse_record_seconds_bucket{le="0.001"}'] == 0
    assert seen['gatehouse_record_seconds_bucket{le="0.005"}'] == 1
    assert not [name for name in seen if "_created" in name]


@pytest.mark.parametrize(
    ("detector", "label"),
    [("pii/email", "pii/email"), ("rule/engineering/zephyr", "rule"), ("someone@example.com", "other"), ("", "other")],
)
def test_a_detector_label(detector: str, label: str) -> None:
    metrics = Metrics(detectors=["pii/email"])
    metrics.add(table.FINDINGS, detector=detector, action="mask")
    assert series(metrics)[f'gatehouse_findings_total{{action="mask",detector="{label}"}}'] == 1


@settings(max_examples=50)
@given(st.lists(st.text(max_size=20), max_size=10))
def test_no_value_makes_a_series_of_its_own(values: list[str]) -> None:
    metrics = Metrics(connections=["claude"], detectors=["pii/email"])
    for metric in TABLE:
        if metric.labels and From.DIGEST not in metric.labels.values() and metric.kind == table.COUNTER:
            for value in values:
                metrics.add(metric, **dict.fromkeys(metric.labels, value))
    allowed = {
        "claude",
        "pii/email",
        "rule",
        "other",
        *(
            word
            for metric in TABLE
            for words in metric.labels.values()
            if isinstance(words, frozenset)
            for word in words
        ),
    }
    labels = re.findall(
        r'(?:connection|verdict|status|reason|detector|action|direction|outcome)="([^"]*)"', metrics.text().decode()
    )
    assert set(labels) <= allowed


def test_only_the_policies_in_force_have_a_series() -> None:
    metrics = Metrics()
    for digest in ("aa11", "bb22", "not a digest!"):
        metrics.only(table.POLICY_INFO, 1, digest=digest)
    infos = [name for name in series(metrics) if "policy_info" in name]
    assert infos == ['gatehouse_policy_info{digest="other"}']


@pytest.mark.parametrize("labels", [{}, {"reason": "bug", "more": "x"}, {"cause": "bug"}])
def test_wrong_labels_are_a_bug(labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="has the labels"):
        Metrics().add(table.STREAM_FAILURES, **labels)


def test_wrong_kinds_are_a_bug() -> None:
    metrics = Metrics()
    with pytest.raises(TypeError):
        metrics.add(table.RECORD_SECONDS)
    with pytest.raises(TypeError):
        metrics.set(table.RECORD_FAILURES, 1)
    with pytest.raises(TypeError):
        metrics.observe(table.SESSIONS, 1)


def test_two_processes_in_one_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.set(table.SESSIONS, 1)
    assert series(second)["gatehouse_sessions"] == 0
