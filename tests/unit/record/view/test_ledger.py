"""One connection for many threads, opened again after trouble."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sidecar.record.clickhouse.place import Place, Trouble, connected
from sidecar.record.clickhouse.schema import WrongSchema
from sidecar.record.view.ledger import Ledger


def test_threads_share_it(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: ledger.rows("SELECT {n:UInt32}", {"n": n})[0][0], range(40)))
    assert found == list(range(40))


def test_a_mistake_is_trouble_and_the_next_question_is_answered(ledger: Ledger) -> None:
    with pytest.raises(Trouble):
        ledger.rows("SELECT nothing FROM nowhere")
    assert ledger.rows("SELECT 1")[0][0] == 1


def test_a_database_without_the_tables_is_named(place: Place, ledger: Ledger) -> None:
    other = Place(place.address.replace("/gatehouse", "/elsewhere"))
    connected(other, create=True).close()
    with pytest.raises(WrongSchema, match="audit migrate"):
        Ledger(other).rows("SELECT 1")


def test_nobody_answers() -> None:
    with pytest.raises(Trouble, match="does not answer"):
        Ledger(Place("http://127.0.0.1:1/gatehouse")).rows("SELECT 1")
