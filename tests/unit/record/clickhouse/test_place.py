import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.clickhouse.place import Place, Trouble, connected, place, told
from sidecar.settings.load import load
from tests.certificates import Authority, Issued
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
    file.write_text("development: {identity: true}\nrecord: {clickhouse: 'https://db/records', ca: own.pem}\n")
    assert place(load(file, {}).record) == Place("https://db/records", ca=tmp_path / "own.pem")


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


@contextmanager
def over_tls(to: int, pair: Issued) -> Iterator[int]:
    """A port where TLS is taken off."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def serve(plain: socket.socket) -> None:
        behind = socket.create_connection(("127.0.0.1", to))
        with suppress(OSError), behind, plain, context.wrap_socket(plain, server_side=True) as shown:
            back = threading.Thread(target=pump, args=(behind, shown), daemon=True)
            back.start()
            pump(shown, behind)
            back.join(10)

    def listen(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(target=listen, args=(listening,), daemon=True)
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join(10)


def test_a_private_authority(server: Server, tmp_path: Path) -> None:
    """Who names it gets in; who does not, or names another, or reaches it by another name, is told what is wrong."""
    ours, theirs = Authority(f"{tmp_path}/ours"), Authority(f"{tmp_path}/theirs")
    (tmp_path / "empty.pem").write_text("nothing")
    behind = urlsplit(server.url).port or 0
    with over_tls(behind, ours.issue("localhost")) as port:
        there = Place(f"https://localhost:{port}/private", ca=ours.certificate)
        client = connected(there, create=True)
        assert client.query("SELECT currentDatabase()").result_rows == [("private",)]
        client.close()
        wrong = [
            (replace(there, ca=None), r"localhost:\d+/private: its certificate is not of an authority .*record\.ca"),
            (replace(there, ca=theirs.certificate), "its certificate is not of an authority"),
            (replace(there, address=f"https://127.0.0.1:{port}/private"), "or not for this name"),
            (replace(there, ca=tmp_path / "none.pem"), r"record\.ca: .*none\.pem cannot be used \(No such file"),
            (replace(there, ca=tmp_path / "empty.pem"), r"record\.ca: .*empty\.pem cannot be used \(holds no"),
        ]
        for place, why in wrong:
            with pytest.raises(Trouble, match=why) as raised:
                connected(place)
            assert raised.value.reason == "away"
