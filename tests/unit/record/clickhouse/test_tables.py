import pytest
from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.delivery import Delivery
from sidecar.record.clickhouse.place import Place
from sidecar.record.clickhouse.tables import prepare, price, retention
from sidecar.settings.values import Database, Price, Retention
from tests.unit.record.clickhouse.chained import answered, chain, decided, one

PRICES = (Price("claude-opus-*", 3.0, 15.0, 0.3, 3.75), Price("claude-*", 1.0, 5.0, 0.0, 0.0))


def delivered(client: Client, place: Place, *facts: object) -> None:
    def nothing_aside(event: object, why: str) -> None:
        raise AssertionError(why)

    Delivery(client, place, nothing_aside).deliver(chain(facts), [], False)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_exchange_is_one_row_whatever_came_first(client: Client, place: Place, order: tuple[int, int]) -> None:
    facts = (decided("gx_1"), answered("gx_1"))
    delivered(client, place, *(facts[number] for number in order))
    row = one(client, "SELECT * FROM exchanges")
    expected = {
        "exchange": "gx_1", "subject": "ann", "groups": ["sre", "eng"], "session": "s1", "model": "claude-opus-4",
        "verdict": "deny", "rule": "no-zephyr", "outcome": "answered", "request_verdict": "mask", "bytes_in": 1234,
        "request_findings": 3, "request_scanned": "partly", "request_unscanned": ["image at messages[0]"],
        "status": 200, "complete": 1, "output_tokens": 500, "cache_write_tokens": 20, "upstream_ms": 800.0,
        "answer_outline": "ab", "answer_timing": "",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ([decided("gx_1")], "open"),
        ([decided("gx_1", refused_with=400)], "refused"),
        ([decided("gx_1"), ("not_forwarded", {"exchange": "gx_1", "why": "no credential"})], "not_forwarded"),
        ([decided("gx_1"), ("cut", {"exchange": "gx_1", "state": "streaming"})], "cut"),
    ],
)
def test_outcomes(client: Client, place: Place, facts: list[object], outcome: str) -> None:
    delivered(client, place, *facts)
    assert one(client, "SELECT outcome FROM exchanges") == {"outcome": outcome}


def test_findings_sessions_days_and_cost(client: Client, place: Place) -> None:
    prepare(client, place, Database(prices=PRICES))
    delivered(client, place, decided("gx_1"), answered("gx_1"), decided("gx_2", model="claude-haiku-4"))
    found = client.query("SELECT exchange, detector, placeholder, subject, session FROM findings ORDER BY exchange")
    assert [row[1:] for row in found.result_rows] == [("pii/email", "<EMAIL_1>", "ann", "s1")] * 2
    session = one(client, "SELECT exchanges, denied, findings, output_tokens, cost FROM sessions")
    cost = (1000 * 3.0 + 500 * 15.0 + 10 * 0.3 + 20 * 3.75) / 1e6
    assert session == {"exchanges": 2, "denied": 1, "findings": 6, "output_tokens": 500, "cost": pytest.approx(cost)}
    assert one(client, "SELECT requests, denials FROM daily_callers") == {"requests": 2, "denials": 1}
    assert client.query("SELECT model, requests FROM daily_models ORDER BY model").result_rows == [
        ("claude-haiku-4", 1), ("claude-opus-4", 1)
    ]  # fmt: skip
    assert one(client, "SELECT rule, findings FROM daily_rules") == {"rule": "emails", "findings": 2}


def test_what_the_gate_says_of_itself(client: Client, place: Place) -> None:
    stated = {"count": 1, "first": 1, "last": 1, "last_hash": "aa", "root": "bb", "key": "k", "signature": "cc"}
    delivered(client, place, ("policy_loaded", {"digest": "d1", "before": None}), ("checkpoint", stated))
    assert one(client, "SELECT kind, fact FROM gate_events")["kind"] == "policy_loaded"
    assert one(client, "SELECT count, root, signature FROM checkpoints") == {
        "count": 1,
        "root": "bb",
        "signature": "cc",
    }


def test_approvals_and_tool_calls(client: Client, place: Place) -> None:
    asked = {"approval": "a1", "exchange": "gx_1", "tool": "Bash", "rule": "destructive", "approvers": ["sre"]}
    decision = {"approval": "a1", "decision": "approved", "who": "bob", "rationale": "planned"}
    call = {
        "exchange": "gx_1",
        "call": "toolu_1",
        "tool": "Bash",
        "effects": ["destroys_data"],
        "verdict": "hold",
        "rule": None,
        "approval": "a1",
        "input": {"part": "ab" * 32},
        "objects": [{"kind": "path", "name": "x"}],
    }
    delivered(client, place, decided("gx_1"), ("tool_call", call), ("approval_asked", asked),
              ("approval_decided", decision))  # fmt: skip
    row = one(client, "SELECT * FROM approvals")
    assert (row["tool"], row["who"], row["approvers"], row["seconds"]) == ("Bash", "bob", ["sre"], 1.0)
    row = one(client, "SELECT * FROM tool_calls")
    assert (row["effects"], row["verdict"], row["subject"]) == (["destroys_data"], "hold", "ann")
    assert (row["approval"], row["input"]) == ("a1", '{"part":"%s"}' % ("ab" * 32))


def test_the_same_prices_again_are_no_news(client: Client, place: Place) -> None:
    for prices in (PRICES, PRICES, PRICES[:1]):
        price(client, prices)
    assert one(client, "SELECT max(version) AS version, count() AS n FROM prices") == {"version": 2, "n": 3}


def test_what_is_old_has_an_end_unless_it_is_held(client: Client, place: Place) -> None:
    prepare(client, place, Database(retention=Retention(evidence=400, texts=90, shaped=400)))
    made = one(client, "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'parts'")
    assert "toIntervalDay(92) WHERE held = 0" in str(made["engine_full"])


def test_for_ever_says_nothing_and_a_cluster_is_named() -> None:
    assert retention(Retention(), None) == []
    assert retention(Retention(texts=1), "main")[0].startswith("ALTER TABLE parts_local ON CLUSTER `main` MODIFY TTL")
