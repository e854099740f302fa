from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.access import grant, statements
from sidecar.record.clickhouse.place import Place

READERS: dict[str, tuple[str, ...]] = {"finance": ("fin", "o'neill"), "audit": ()}


def said(cluster: str | None = None) -> list[str]:
    return list(statements(READERS, "gatehouse", cluster))


def test_a_team_sees_its_own() -> None:
    (policy,) = [one for one in said() if "POLICY" in one and ".finding_facts" in one and "finance" in one]
    assert "hasAny(groups, ['fin', 'o\\'neill'])" in policy
    assert policy.endswith("TO `gatehouse_finance`")


def test_who_is_bound_to_groups_does_not_get_what_belongs_to_none() -> None:
    granted = {one.split(" TO ")[0] for one in said() if one.startswith("GRANT") and "finance" in one}
    assert "GRANT SELECT ON `gatehouse`.exchanges" in granted
    assert not [one for one in granted if one.endswith((".events", ".parts", ".gate_facts"))]


def test_an_auditor_sees_everything() -> None:
    assert "GRANT SELECT ON `gatehouse`.events TO `gatehouse_audit`" in said()
    assert all("USING 1 " in one for one in said() if "POLICY" in one and "audit" in one)


def test_the_server_can_read_them(client: Client) -> None:
    for statement in (*said(), *said("main")):
        client.query("SELECT formatQuery({statement:String})", {"statement": statement})


def test_a_server_without_a_place_for_roles_is_told_of(client: Client, place: Place) -> None:
    (sentence,) = grant(client, place, READERS)
    assert "no roles were made" in sentence
    assert grant(client, place, {}) == []
