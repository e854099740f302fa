-- Keys that gate tokens are signed with. `sealed`: the private half, encrypted under the key file.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    generation BIGINT NOT NULL UNIQUE,
    algorithm TEXT NOT NULL,
    public TEXT NOT NULL,
    sealed TEXT NOT NULL,
    signs_from DOUBLE PRECISION NOT NULL
);

-- What was given out, by the SHA-256 of its id.
CREATE TABLE issued_tokens (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    audience TEXT NOT NULL,
    login TEXT,
    issued DOUBLE PRECISION NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);

CREATE INDEX issued_tokens_subject ON issued_tokens (subject, expires);

CREATE INDEX issued_tokens_expires ON issued_tokens (expires);

-- Proofs that may be shown once, by the SHA-256 of their id.
CREATE TABLE shown_proofs (
    id TEXT PRIMARY KEY,
    expires DOUBLE PRECISION NOT NULL
);

-- Devices that wait for a person. Both codes are hashes.
CREATE TABLE device_logins (
    code TEXT PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    device TEXT NOT NULL,
    subject TEXT,
    source TEXT,
    groups TEXT,
    expires DOUBLE PRECISION NOT NULL,
    asked DOUBLE PRECISION NOT NULL,
    pause DOUBLE PRECISION NOT NULL
);

-- Logins that can be refreshed, and the hashes of the tokens that do it. `used`: when it was exchanged for the next.
CREATE TABLE logins (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    groups TEXT NOT NULL,
    made DOUBLE PRECISION NOT NULL,
    expires DOUBLE PRECISION NOT NULL,
    ended DOUBLE PRECISION
);

CREATE INDEX logins_subject ON logins (subject);

CREATE TABLE refresh_tokens (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    used DOUBLE PRECISION
);

CREATE INDEX refresh_tokens_login ON refresh_tokens (login);
