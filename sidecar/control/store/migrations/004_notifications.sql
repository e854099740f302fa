-- What people and programs outside are to be told, in the transaction of what happened. `due`: not before; while a
-- replica sends it (`holder`), not before its lease is over. `tell_until`: after that it is a dead letter.
CREATE TABLE notifications (
    id TEXT PRIMARY KEY,
    route TEXT NOT NULL,
    kind TEXT NOT NULL,
    occasion TEXT NOT NULL,
    about TEXT NOT NULL,
    news TEXT NOT NULL,
    state TEXT NOT NULL,
    made DOUBLE PRECISION NOT NULL,
    due DOUBLE PRECISION NOT NULL,
    tell_until DOUBLE PRECISION NOT NULL,
    tries BIGINT NOT NULL,
    holder TEXT,
    said TEXT,
    ended DOUBLE PRECISION
);
CREATE INDEX notifications_due ON notifications (route, state, due);
CREATE INDEX notifications_about ON notifications (about);
CREATE INDEX notifications_made ON notifications (made, id);
CREATE INDEX notifications_state ON notifications (state, made, id);
