import re

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.render import migrations, shapes

CLUSTERED = [one for migration in migrations() for one in migration.statements("main", "gatehouse")]


def test_versions_count_up_from_one() -> None:
    assert [migration.version for migration in migrations()] == list(range(1, len(migrations()) + 1))


def test_no_comment_is_sent() -> None:
    plain = [one for migration in migrations() for one in migration.statements()]
    assert not [one for one in plain if one.startswith("--") or "-- shard" in one]


@pytest.mark.parametrize("statement", CLUSTERED, ids=lambda statement: statement[:60].replace("\n", " "))
def test_a_cluster_gets_each_statement_everywhere(statement: str) -> None:
    # What is put into a table goes through the one in front, which every node has.
    assert "ON CLUSTER `main`" in statement or statement.startswith("INSERT INTO ")
    assert not re.search(r"ENGINE = (?!Replicated|Distributed)", statement)


def test_every_replicated_table_stands_behind_a_distributed_one() -> None:
    local = set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)_local ", "\n".join(CLUSTERED)))
    front = set(re.findall(r"EXISTS (\w+) ON CLUSTER `main` AS \w+_local ENGINE = Distributed", "\n".join(CLUSTERED)))
    assert local == front
    assert {"events", "parts", "exchange_facts"} <= local


def test_an_argument_of_the_engine_stays() -> None:
    (parts,) = [one for one in CLUSTERED if "parts_local" in one and "MergeTree" in one]
    assert "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', stored)" in parts


def test_shapes_join_what_is_local() -> None:
    views = [one for one in CLUSTERED if "MATERIALIZED VIEW" in one]
    assert len(views) == len(shapes()) > 0
    assert all(re.search(r"TO \w+_local AS", one) and "FROM events_local" in one for one in views)


def test_the_server_can_read_them(client: Client) -> None:
    """Without a cluster it cannot run them; what it can say is whether each is a statement."""
    for statement in CLUSTERED:
        client.query("SELECT formatQuery({statement:String})", {"statement": statement})


def test_a_column_comes_to_the_local_table_and_to_the_one_in_front() -> None:
    altered = [one.split("\n")[0] for one in CLUSTERED if "ADD COLUMN" in one]
    assert "ALTER TABLE call_facts_local ON CLUSTER `main`" in altered
    assert altered.index("ALTER TABLE call_facts_local ON CLUSTER `main`") < altered.index(
        "ALTER TABLE call_facts ON CLUSTER `main`"
    )


def test_a_view_that_was_changed_is_known_as_it_is_now() -> None:
    (now,) = [one for one in shapes() if one.name == "shape_calls"]
    assert (now.target, "AS exchange_key" in now.select) == ("call_facts", True)
    (sent,) = [one for one in CLUSTERED if one.startswith("ALTER TABLE shape_calls ON CLUSTER `main` MODIFY QUERY")]
    assert "FROM events_local" in sent
