from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import Event
from sidecar.record.clickhouse.delivery import Delivery
from sidecar.record.clickhouse.holds import apply, held, say
from sidecar.record.clickhouse.place import Place
from tests.unit.record.clickhouse.chained import answered, chain, decided

TABLES = ("events", "exchange_facts", "finding_facts")
FACTS = [decided("gx_1"), answered("gx_1"), decided("gx_2", session="s2")]
PARTS = [("ab" * 32, b"text")]


def put(event: Event, why: str) -> None:
    raise AssertionError(f"{event.seq}: {why}")


def marked(client: Client) -> dict[str, int]:
    return {
        table: client.query(f"SELECT count() FROM {table} WHERE held = 1").result_rows[0][0]  # noqa: S608
        for table in (*TABLES, "parts")
    }


def test_what_belongs_to_a_held_session_is_marked_until_it_is_released(client: Client, place: Place) -> None:
    Delivery(client, place, put).deliver(chain(FACTS), PARTS, False)
    apply(client, place)
    assert set(marked(client).values()) == {0}
    say(client, place, "s1", True, "ann", "case 7")
    apply(client, place)
    assert marked(client)["events"] == 2
    assert marked(client)["finding_facts"] == marked(client)["parts"] == 1
    assert [(hold.session, hold.who, hold.reason) for hold in held(client, place)] == [("s1", "ann", "case 7")]
    say(client, place, "s1", False, "ann", "closed")
    apply(client, place)
    assert set(marked(client).values()) == {0}
    assert held(client, place) == []


def test_what_comes_later_is_marked_with_the_next_look(client: Client, place: Place) -> None:
    say(client, place, "s1", True, "ann", "")
    Delivery(client, place, put).deliver(chain(FACTS), PARTS, False)
    apply(client, place)
    assert marked(client)["events"] == 2


def test_old_rows_go_and_held_ones_stay(client: Client, place: Place) -> None:
    Delivery(client, place, put).deliver(chain(FACTS, month="2020-01"), PARTS, False)
    say(client, place, "s1", True, "ann", "")
    apply(client, place)
    client.command("ALTER TABLE events MODIFY TTL toDateTime(at) + INTERVAL 30 DAY DELETE WHERE held = 0")
    client.command("OPTIMIZE TABLE events FINAL")
    assert client.query("SELECT DISTINCT exchange FROM events").result_rows == [("gx_1",)]
