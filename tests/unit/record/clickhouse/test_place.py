import socket
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.clickhouse.place import Place, Trouble, connected, place, told
from sidecar.settings.load import load
from tests.clickhouse_server import Server


def nobody() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/gatehouse"


def test_the_path_names_the_database() -> None:
    assert Place("http://db:8123/records").database == "records"
    assert Place("http://db:8123").database == "gatehouse"


def test_as_configured(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.yaml"
    file.write_text(
        "development: {identity: true}\n"
        "record: {clickhouse: 'https://db/records', user: gate, password: {env: SOME_VARIABLE}, cluster: main}\n"
    )
    found = place(load(file, {}).record)
    assert found == Place("https://db/records", "gate", None, "SOME_VARIABLE", "main")


def test_without_an_address_there_is_no_place(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.yaml"
    file.write_text("development: {identity: true}\n")
    with pytest.raises(ConfigurationError, match=r"record\.clickhouse"):
        place(load(file, {}).record)


def test_nobody_there() -> None:
    with pytest.raises(Trouble, match="does not answer") as raised:
        connected(Place(nobody()))
    assert (raised.value.reason, raised.value.about_the_data) == ("away", False)


def test_no_such_database(server: Server) -> None:
    with pytest.raises(Trouble, match="no such database") as raised:
        connected(Place(f"{server.url}/not_here"))
    assert raised.value.reason == "rights"


def test_it_is_made_if_asked(place: Place) -> None:
    connected(place, create=True).close()
    client = connected(place)
    assert client.query("SELECT currentDatabase()").result_rows == [(place.database,)]
    client.close()


@pytest.mark.parametrize(
    ("statement", "about_the_data"),
    [("INSERT INTO t VALUES ('x')", True), ("SELECT * FROM nothing_like_it", False)],
)
def test_what_the_database_says_becomes_a_sentence(place: Place, statement: str, about_the_data: bool) -> None:
    client = connected(place, create=True)
    client.command("CREATE TABLE t (n UInt8) ENGINE = Memory")
    with pytest.raises(Trouble) as raised, told(place.address):
        client.command(statement)
    assert raised.value.about_the_data is about_the_data
    assert "SELECT" not in str(raised.value)
    client.close()


def test_a_password_file_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble):
        connected(Place(nobody(), password_file=tmp_path / "none"))
