"""Frees what the shipper has delivered, a small step at a time.

Rules:
- What the cursor in the file has passed may go; the last event stays, for the next chain hangs on it.
- Of a part only the bytes go. Its digest is remembered for a day: a session's tool definitions come every turn, and
  would be stored and sent each time.
- A step takes milliseconds: a call may be waiting behind it.
"""

import sqlite3

EVENTS, PARTS, PAGES = 500, 200, 256
REMEMBERED = 24 * 3600.0


def cursor(connection: sqlite3.Connection) -> int:
    """The last event that was delivered."""
    found = connection.execute("SELECT value FROM state WHERE key = 'cursor'").fetchone()
    return int(found[0]) if found else 0


def free(connection: sqlite3.Connection, now: float) -> bool:
    """One step. Whether digests were forgotten."""
    passed = cursor(connection)
    first, last = connection.execute("SELECT (SELECT min(id) FROM events), (SELECT max(id) FROM events)").fetchone()
    upto = min(passed, (last or 0) - 1)
    old = connection.execute("SELECT 1 FROM parts WHERE data IS NULL AND stored < ?", (now - REMEMBERED,)).fetchone()
    if (first is None or first > upto) and not old:
        return False
    try:
        connection.execute("BEGIN IMMEDIATE")
        forgotten = _delete(connection, upto, now)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
    return forgotten


def _delete(connection: sqlite3.Connection, upto: int, now: float) -> bool:
    run = connection.execute
    run("DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id <= ? ORDER BY id LIMIT ?)", (upto, EVENTS))
    some = "SELECT rowid FROM parts WHERE data IS NOT NULL AND event <= ? ORDER BY event LIMIT ?"
    run(f"UPDATE parts SET data = NULL WHERE rowid IN ({some})", (upto, PARTS))  # noqa: S608
    some = "SELECT rowid FROM parts WHERE data IS NULL AND stored < ? LIMIT ?"
    # An anchor that is behind still needs its lines, whatever the database has.
    behind = "SELECT min(value) FROM state WHERE key LIKE 'anchor:%'"
    run(f"DELETE FROM checkpoints WHERE id <= ? AND id <= ifnull(({behind}), id)", (upto,))  # noqa: S608
    gone = run(f"DELETE FROM parts WHERE rowid IN ({some})", (now - REMEMBERED, PARTS))  # noqa: S608
    return gone.rowcount > 0
