-- Who is signed in at the console, by the SHA-256 of the cookie. `sealed`: what renews the groups, encrypted under the
-- cookie, which is not kept here.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    provider TEXT NOT NULL,
    groups TEXT NOT NULL,
    groups_at DOUBLE PRECISION NOT NULL,
    made DOUBLE PRECISION NOT NULL,
    seen DOUBLE PRECISION NOT NULL,
    ended DOUBLE PRECISION,
    sealed TEXT
);
CREATE INDEX sessions_by_made ON sessions (made);

-- Links that sign in once, by the SHA-256 of what stands in them.
CREATE TABLE sign_in_links (
    id TEXT PRIMARY KEY,
    expires DOUBLE PRECISION NOT NULL
);
