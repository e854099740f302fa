"""Alerts and dashboards speak only of what there is: metrics and labels of the gate, columns of the database."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from sidecar.record.clickhouse.place import Place, connected
from sidecar.telemetry.metrics import COUNTER, HISTOGRAM, TABLE
from tests import written
from tests.clickhouse.recorded import load
from tests.clickhouse_server import Server, clickhouse
from tests.k8s.rig import CHART, named, of_set, rendered, values

SUFFIXES = {COUNTER: ("_total",), HISTOGRAM: ("_bucket", "_sum", "_count")}
METRICS = {
    metric.name + suffix: set(metric.labels) | ({"le"} if suffix == "_bucket" else set())
    for metric in TABLE
    for suffix in SUFFIXES.get(metric.kind, ("",))
}
# Of the client library, and of Prometheus itself; and the labels that it adds to each.
OTHERS: dict[str, set[str]] = {"up": set(), "process_cpu_seconds_total": set(), "process_resident_memory_bytes": set()}
ADDED = {"namespace", "pod", "service", "job", "instance", "gatehouse"}  # the last by our monitors
DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in sorted((CHART / "files/dashboards").glob("*.json"))}
ALERTS: list[dict[str, Any]] = written.read((CHART / "files/alerts.yaml").read_text())["alerts"]
RULES: list[dict[str, Any]] = named(of_set("production"), "PrometheusRule", "gatehouse")["spec"]["groups"][0]["rules"]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for board in DASHBOARDS.values():
        for panel in board["panels"]:
            yield from ((panel["title"], target["expr"]) for target in panel["targets"] if "expr" in target)


ALL = tuple(expressions())
KNOWN = METRICS | OTHERS


def used(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Metrics of an expression, each with the labels that it is asked for by."""
    for name, matchers in re.findall(r"([a-z_]+[a-z])\{([^}]*)\}", expression):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))


def grouping(expression: str) -> set[str]:
    return {label.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.split(",")}


@pytest.mark.parametrize(("note", "expression"), ALL, ids=[note for note, _ in ALL])
def test_it_asks_for_what_there_is(note: str, expression: str) -> None:
    found = list(used(expression))
    assert found
    for name, labels in found:
        assert name in KNOWN, note
        assert labels <= KNOWN[name] | ADDED, note
        assert labels & {"namespace", "gatehouse"}, f"{note}: would count other releases, too"
    assert grouping(expression) <= ADDED.union(*(KNOWN[name] for name, _ in found)), note


@pytest.mark.parametrize(("note", "expression"), ALL, ids=[note for note, _ in ALL])
def test_prometheus_can_read_it(note: str, expression: str) -> None:
    """By Prometheus' own grammar; Grafana puts times in place of its words."""
    promql_parser.parse(re.sub(r"\$__\w+", "5m", expression))


def test_a_mistake_in_an_expression_would_be_seen() -> None:
    for wrong in ("sum(rate(a[5m])", "rate(a)[5m", "sum(by (x) a)", 'a{b="c"'):
        with pytest.raises(ValueError, match=r"\w"):
            promql_parser.parse(wrong)


def test_metrics_that_are_named_are_all_seen() -> None:
    """No metric hides from the check above by having no matchers."""
    for note, expression in ALL:
        words = set(re.findall(r"\b(?:gatehouse|process)_\w+", expression))
        assert words <= {name for name, _ in used(expression)}, note


def test_every_alert_says_what_to_do() -> None:
    assert len(RULES) >= 12
    for rule in RULES:
        assert re.fullmatch(r"Gatehouse[A-Z]\w+", rule["alert"])
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert len(rule["annotations"]["runbook"]) > 100, rule["alert"]
        assert rule["annotations"]["runbook_url"] == "https://wiki.example.com/gatehouse"
        assert 'gatehouse="gatehouse/gatehouse"' in rule["expr"]


@pytest.mark.parametrize("part", ["gateway", "webhook"])
def test_no_alert_watches_what_is_not_there(part: str) -> None:
    """What is absent because nobody wanted it would alarm for ever."""
    made = rendered(values("production", **{part: {"enabled": False}}))
    rules = named(made, "PrometheusRule", "gatehouse")["spec"]["groups"][0]["rules"]
    gone = {one["alert"] for one in RULES} - {one["alert"] for one in rules}
    assert gone == {one["alert"] for one in ALERTS if one.get("part") == part} != set()
    assert not any(f"-{part}" in one["expr"] for one in rules)


def test_metrics_that_are_named_in_the_guide_are_there() -> None:
    guide = (CHART.parent / "README.md").read_text()
    assert set(re.findall(r"`(gatehouse_\w+)[`{]", guide)) <= METRICS.keys()


def test_the_webhooks_own_metrics_are_watched() -> None:
    asked = " ".join(expression for _, expression in ALL)
    own = [one.name for one in TABLE if one.name.startswith(("gatehouse_admission", "gatehouse_webhook"))]
    assert len(own) == 4
    assert [name for name in own if name not in asked] == []


def test_everything_that_is_scraped_says_of_which_release_it_is() -> None:
    monitors = [one for one in of_set("production") if one["kind"] in ("ServiceMonitor", "PodMonitor")]
    assert len(monitors) == 4
    for one in monitors:
        endpoints = one["spec"].get("endpoints") or one["spec"]["podMetricsEndpoints"]
        assert [e["relabelings"] for e in endpoints] == [
            [{"targetLabel": "gatehouse", "replacement": "gatehouse/gatehouse"}]
        ]


def test_injected_pods_are_found_by_the_label_that_the_program_is_told() -> None:
    told = written.read(named(of_set("production"), "ConfigMap", "gatehouse-webhook")["data"]["webhook.yaml"])
    monitor = named(of_set("production"), "PodMonitor", "gatehouse-sidecar")["spec"]
    label = told["injection"]["label"]
    assert monitor["selector"]["matchLabels"] == {label["name"]: label["value"]}
    assert monitor["podMetricsEndpoints"][0]["port"] == told["injection"]["metrics_port"]


def test_labels_in_an_alert_are_labels_that_it_has() -> None:
    for rule in RULES:
        named_in_text = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert named_in_text <= grouping(rule["expr"]), rule["alert"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_is_whole(name: str) -> None:
    board = DASHBOARDS[name]
    found = named(of_set("production"), "ConfigMap", f"gatehouse-dashboard-{name}")
    assert json.loads(found["data"][f"gatehouse-{name}.json"]) == board
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in board["panels"]]
    assert all(x + w <= 24 for x, _, w, _ in places)
    assert len({(x, y) for x, y, _, _ in places}) == len(places)
    sources = {variable["name"] for variable in board["templating"]["list"] if variable["type"] == "datasource"}
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {f"${{{one}}}" for one in sources}


def test_panels_name_no_other_label_than_they_group_by() -> None:
    for board in DASHBOARDS.values():
        for panel in board["panels"]:
            for target in panel["targets"]:
                shown = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
                assert shown <= grouping(target.get("expr", "")), panel["title"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with clickhouse(tmp_path_factory.mktemp("clickhouse")) as running:
        yield running


def test_the_database_answers_every_panel(server: Server) -> None:
    """With what the plugin of Grafana puts in place of its macros, over two recorded sessions."""
    with connected(Place(f"{server.url}/panels"), create=True):
        place = load(server, "panels")
    empty = []
    with connected(place) as client:
        for panel in DASHBOARDS["record"]["panels"]:
            for target in panel["targets"]:
                question = asked(target["rawSql"])
                assert "$" not in question, panel["title"]
                if not client.query(question).result_rows:
                    empty.append(panel["title"])
    # Nobody was asked in those sessions, no tool was judged, and their clock stood still.
    assert set(empty) <= {"Approvals", "Tools that were called", "Time to the first byte, and in the gate"}


def asked(question: str) -> str:
    for macro, text in {
        r"\$__timeFilter\((\w+)\)": r"\1 >= toDateTime('2020-01-01') AND \1 <= toDateTime('2100-01-01')",
        r"\$__timeInterval\((\w+)\)": r"toStartOfInterval(\1, INTERVAL 60 SECOND)",
    }.items():
        question = re.sub(macro, text, question)
    return question


def test_nothing_of_it_where_nobody_asked() -> None:
    kinds = {one["kind"] for one in rendered(values("try"))}
    assert kinds.isdisjoint({"ServiceMonitor", "PodMonitor", "PrometheusRule"})


def test_files_are_what_is_shipped() -> None:
    found = [path.name for path in sorted(Path(CHART / "files").iterdir())]
    assert found == ["alerts.yaml", "dashboards", "policies", "test.py"]
