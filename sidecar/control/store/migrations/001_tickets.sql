-- What people are asked, what they decided, who waits for it, what they stopped, and where checkpoints are anchored.

CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    session_key TEXT NOT NULL,
    state TEXT NOT NULL,
    opened DOUBLE PRECISION NOT NULL,
    deadline DOUBLE PRECISION NOT NULL,
    ended DOUBLE PRECISION,
    for_session_until DOUBLE PRECISION,
    used_by TEXT,
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    session TEXT,
    agent TEXT,
    gate TEXT NOT NULL,
    connection TEXT NOT NULL,
    rule TEXT NOT NULL,
    policy TEXT NOT NULL,
    asked TEXT NOT NULL
);
CREATE INDEX tickets_by_fingerprint ON tickets (fingerprint, state);
CREATE INDEX tickets_by_session_key ON tickets (session_key, for_session_until);
CREATE INDEX tickets_by_state ON tickets (state, deadline);
CREATE INDEX tickets_by_caller ON tickets (provider, subject, state);
CREATE INDEX tickets_by_opened ON tickets (opened, id);
CREATE INDEX tickets_by_session ON tickets (session, opened);

CREATE TABLE decisions (
    ticket TEXT NOT NULL,
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    yes BIGINT NOT NULL,
    rationale TEXT,
    for_session BIGINT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (ticket, provider, subject)
);

CREATE TABLE waiters (
    asker TEXT PRIMARY KEY,
    ticket TEXT NOT NULL,
    gate TEXT NOT NULL,
    reused BIGINT NOT NULL,
    since DOUBLE PRECISION NOT NULL,
    gone DOUBLE PRECISION
);
CREATE INDEX waiters_by_ticket ON waiters (ticket);

CREATE TABLE blocks (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    named TEXT NOT NULL,
    reason TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    issued_before DOUBLE PRECISION,
    put_by TEXT NOT NULL,
    lifted DOUBLE PRECISION,
    lifted_by TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX blocks_in_force ON blocks (lifted, version);

CREATE TABLE anchors (
    digest TEXT PRIMARY KEY,
    chain TEXT NOT NULL,
    count BIGINT NOT NULL,
    line TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL
);
CREATE INDEX anchors_by_chain ON anchors (chain, count);
