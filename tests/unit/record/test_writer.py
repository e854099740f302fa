"""The writer: what it does when the file, the clock, the key or the disk is not what it was."""

import os
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.evidence.checkpoint import Keeping
from sidecar.core.evidence.verdict import Trouble
from sidecar.core.evidence.verify import Verify
from sidecar.record.check import checked
from sidecar.record.entry import Entry, Life
from sidecar.record.keys import published, rotated
from sidecar.record.sources import SpoolSource
from sidecar.record.spool_file import NAME
from sidecar.record.writer import MOST_ROWS, Writer
from sidecar.settings.values import Durability
from tests.unit.record.spooling import Moving, kept, keys, largest_file, names, prove


def writer(folder: Path, clock: Moving | None = None, checkpoint_events: int = 1000) -> Writer:
    (folder / "spool").mkdir(exist_ok=True)
    life = Life(keys(folder), "gate-1", "1.2", clock or Moving(), names(), checkpoint_events)
    return Writer(folder / "spool", Durability.STRICT, life)


def entry(name: str, at: float = 0.0, **parts: bytes) -> Entry:
    return Entry("k", at, b'{"name":"%b"}' % name.encode(), {key.encode(): data for key, data in parts.items()})


def test_the_first_event_says_who_writes_and_with_which_key(tmp_path: Path) -> None:
    life = Life(keys(tmp_path), "gate-1", "1.2", Moving(), names(), 1000, ("file:/far",))
    (tmp_path / "spool").mkdir()
    Writer(tmp_path / "spool", Durability.STRICT, life).close()
    fact = kept(tmp_path)[0].fact
    signer = keys(tmp_path).current()
    assert fact == {
        "before": None,
        "gate": "gate-1",
        "version": "1.2",
        "keys": [{"id": signer.id, "public": signer.public}],
        "pledges": [],
        "anchors": ["file:/far"],
    }


def test_a_checkpoint_comes_after_so_many_events_also_within_a_batch(tmp_path: Path) -> None:
    file = writer(tmp_path, checkpoint_events=10)
    file.write([entry(str(number)) for number in range(25)])
    file.close()
    (chain,) = prove(tmp_path).values()
    assert [event.seq for event in chain if event.kind == "checkpoint"] == [11, 22, 30]
    assert [event.kind for event in chain[-2:]] == ["chain_closed", "checkpoint"]
    assert file.checkpoints == 3


@pytest.mark.parametrize("count", [1, MOST_ROWS - 1, MOST_ROWS, MOST_ROWS + 1, 3 * MOST_ROWS])
def test_a_batch_of_any_size_is_one_transaction(tmp_path: Path, count: int) -> None:
    file = writer(tmp_path)
    seen: list[str] = []
    file._connection.set_trace_callback(lambda text: seen.append(text.split()[0]))
    file.write([entry(str(number)) for number in range(count)])
    file._connection.set_trace_callback(None)
    assert seen.count("COMMIT") == (count > MOST_ROWS)
    assert seen.count("INSERT") == -(-count // MOST_ROWS)
    file.close()
    assert [event.fact.get("name") for event in kept(tmp_path) if event.kind == "k"] == [str(n) for n in range(count)]
    assert len(prove(tmp_path)) == 1


def test_a_part_belongs_to_the_event_that_first_names_it(tmp_path: Path) -> None:
    file = writer(tmp_path, checkpoint_events=2)
    file.write([entry("a"), entry("b", x=b"1"), entry("c"), entry("d", x=b"1", y=b"2"), entry("e", y=b"2")])
    where = dict(file._connection.execute("SELECT digest, event FROM parts").fetchall())
    named = "SELECT id FROM events WHERE instr(body, ?)"
    for part, name in ((b"x", '"name":"b"'), (b"y", '"name":"d"')):
        assert file._connection.execute(named, (name,)).fetchone() == (where[part],)
    file.close()


def test_a_checkpoint_that_would_state_nothing_new_is_not_made(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.checkpoint()
    file.checkpoint()
    assert file.checkpoints == 1
    file.abandon()


def test_a_clock_that_jumps_back_stops_time_for_a_while(tmp_path: Path) -> None:
    clock = Moving()
    file = writer(tmp_path, clock)
    for at in (clock.now + 5, clock.now - 3600, clock.now + 6):
        file.write([entry("x", at)])
    clock.now -= 7200
    file.close()
    times = [event.at for event in kept(tmp_path)]
    assert times == sorted(times)
    assert times[1] == times[2] < times[3]
    prove(tmp_path)


def test_a_rotated_key_is_told_of_and_signs_from_then_on(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write([entry("a")])
    file.checkpoint()
    trusted, old = published(tmp_path / "keys"), keys(tmp_path).current()
    between, new = (rotated(tmp_path / "keys", f"2026-02-0{day}T00:00:00.000000Z") for day in (1, 2))
    file.write([entry("b")])
    file.close()
    (chain,) = prove(tmp_path).values()
    told = [event.fact for event in chain if event.kind == "key_rotated"]
    assert [(fact["from"], fact["to"]) for fact in told] == [(old.id, between.id), (between.id, new.id)]
    assert [event.fact["key"] for event in chain if event.kind == "checkpoint"] == [old.id, new.id]
    # Whoever trusts the first key alone can follow: from within the chain, and from the first event of a later life.
    assert checked(SpoolSource(tmp_path / "spool"), trusted).green
    again = Life(keys(tmp_path), "g", "v", Moving(), lambda: "gc_later", 1000)
    Writer(tmp_path / "spool", Durability.STRICT, again).close()
    later = [event for event in kept(tmp_path) if event.chain != chain[0].chain]
    verify = Verify(trusted, whole=False)
    verify.feed(later)
    assert verify.end().green


def test_a_key_that_was_put_there_by_hand_is_unknown_to_whoever_trusts_the_old_one(tmp_path: Path) -> None:
    file = writer(tmp_path)
    trusted = published(tmp_path / "keys")
    forged = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    (tmp_path / "keys" / "signing.key").write_text(forged)
    file.write([entry("a")])
    file.close()
    troubles = {fault.trouble for fault in checked(SpoolSource(tmp_path / "spool"), trusted).faults}
    assert troubles == {Trouble.UNKNOWN_KEY}


def test_a_checkpoint_says_for_how_long_the_record_is_kept(tmp_path: Path) -> None:
    life = Life(keys(tmp_path), "g", "v", Moving(), names(), 1000, (), Keeping(90, 30))
    (tmp_path / "spool").mkdir()
    Writer(tmp_path / "spool", Durability.STRICT, life).close()
    fact = kept(tmp_path)[-1].fact
    assert (fact["evidence_days"], fact["texts_days"]) == (90, 30)
    assert checked(SpoolSource(tmp_path / "spool"), published(tmp_path / "keys")).green


@pytest.mark.parametrize("note", ["deleted", "replaced by another"])
def test_a_file_that_went_away_under_the_gate_is_noticed(tmp_path: Path, note: str) -> None:
    file = writer(tmp_path)
    file.write([entry("a")])
    tail = file.chain.tail
    for path in (tmp_path / "spool").glob(f"{NAME}*"):
        path.unlink()
    if note == "replaced by another":
        (tmp_path / "spool" / NAME).touch()
    file.write([entry("b")])
    file.close()
    (chain,) = prove(tmp_path).values()
    assert chain[0].fact["before"] == tail
    assert "removed or replaced" in str(chain[0].fact["trouble"])
    assert chain[1].fact == {"name": "b"}


def damage(path: Path, how: str) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        if how == "not a database":
            file.write(b"x" * 100)
        elif how == "pages overwritten":
            file.seek(4096)
            file.write(os.urandom(size - 4096))
        else:
            file.truncate(size // 2)


@pytest.mark.parametrize("how", ["not a database", "pages overwritten", "cut in half"])
def test_a_damaged_file_is_kept_aside_and_the_next_chain_says_so(tmp_path: Path, how: str) -> None:
    first = writer(tmp_path)
    first.write([entry("a" * 1000) for _ in range(100)])
    first.close()
    damage(tmp_path / "spool" / NAME, how)
    damaged = (tmp_path / "spool" / NAME).read_bytes()
    second = writer(tmp_path)
    second.write([entry("b")])
    second.close()
    (aside,) = (tmp_path / "spool").glob("damaged-*")
    assert (aside / NAME).read_bytes() == damaged
    (chain,) = prove(tmp_path).values()
    assert str(chain[0].fact["trouble"]).startswith("damaged: ")
    assert aside.name in str(chain[0].fact["trouble"])


@pytest.mark.parametrize("edited", ["replace(body, 'a', 'b')", "CAST(replace(body, 'a', 'b') AS BLOB)", "7"])
def test_an_event_that_was_edited_at_the_end_is_damage(tmp_path: Path, edited: str) -> None:
    first = writer(tmp_path)
    first.write([entry("a")])
    first._connection.execute(f"UPDATE events SET body = {edited} WHERE seq = 2")  # noqa: S608
    first.abandon()
    writer(tmp_path).close()
    assert "not what its hash says" in str(kept(tmp_path)[0].fact["trouble"])


def test_damage_that_shows_while_writing_costs_no_event(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write([entry("a" * 1000) for _ in range(100)])
    file._log_into_file("TRUNCATE")
    file._connection.execute("PRAGMA cache_size=0")
    damage(tmp_path / "spool" / NAME, "pages overwritten")
    file.write([entry("b")])
    file.close()
    (chain,) = prove(tmp_path).values()
    assert [event.fact.get("name") for event in chain][1] == "b"
    assert chain[0].fact["before"] is not None


def test_ids_never_go_back_when_a_new_file_begins(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write([entry("a")])
    before = file._next
    file._set_aside("for a test")
    file.write([entry("b")])
    assert file._next > before + 1
    file.close()


def test_a_new_file_that_could_not_be_made_is_made_when_there_is_room(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write([entry("a")])
    tail = file.chain.tail
    for path in (tmp_path / "spool").glob(f"{NAME}*"):
        path.unlink()
    for _ in range(2):
        with largest_file(1000), pytest.raises(sqlite3.OperationalError):
            file.write([entry("lost")])
    file.write([entry("b")])
    file.close()
    (chain,) = prove(tmp_path).values()
    assert chain[0].fact["before"] == tail
    assert "removed or replaced" in str(chain[0].fact["trouble"])
    assert chain[1].fact == {"name": "b"}


def test_damage_that_shows_while_tidying_is_mended_too(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write([entry("a" * 1000) for _ in range(100)])
    file._log_into_file("TRUNCATE")
    file._connection.execute("PRAGMA cache_size=0")
    damage(tmp_path / "spool" / NAME, "pages overwritten")
    file.tidy()
    file.write([entry("b")])
    file.close()
    (chain,) = prove(tmp_path).values()
    assert chain[1].fact == {"name": "b"}


def test_a_commit_that_failed_in_doubt_begins_a_new_chain_where_the_file_ends(tmp_path: Path) -> None:
    file = writer(tmp_path)
    file.write([entry("a")])
    trial = file.chain.copy()
    file.write([entry("b")])
    # As if the disk had taken the commit and yet said no.
    file._chain, file._doubtful = trial, True
    file.write([entry("c")])
    file.close()
    first, second = prove(tmp_path).values()
    assert second[0].fact["before"] == {"chain": "gc_1", "seq": 3, "hash": first[-1].hash.hex(), "at": first[-1].at}
    assert second[1].fact == {"name": "c"}


def test_a_failed_batch_leaves_nothing(tmp_path: Path) -> None:
    file = writer(tmp_path)
    trouble = "CREATE TEMP TRIGGER trouble BEFORE INSERT ON parts BEGIN SELECT RAISE(ABORT, 'no part today'); END"
    file._connection.execute(trouble)
    with pytest.raises(sqlite3.IntegrityError, match="no part today"):
        file.write([entry("a"), entry("with a part", one=b"1")])
    file._connection.execute("DROP TRIGGER trouble")
    file.write([entry("b", one=b"1")])
    file.close()
    assert [event.fact.get("name") for event in kept(tmp_path) if event.kind == "k"] == ["b"]
    assert len(prove(tmp_path)) == 1
