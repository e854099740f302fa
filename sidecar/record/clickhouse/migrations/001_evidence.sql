-- The evidence as it was written: what an auditor checks, and what everything else can be made from again.
-- These files are plain SQL for a single server; for a cluster they are rendered (see `render.py`).

-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS events (
    chain String CODEC(ZSTD(1)),
    seq UInt64 CODEC(DoubleDelta, ZSTD(1)),
    at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    kind LowCardinality(String),
    previous FixedString(32) CODEC(NONE),
    hash FixedString(32) CODEC(NONE),
    body String CODEC(ZSTD(3)),
    held UInt8 DEFAULT 0,
    exchange String MATERIALIZED JSONExtractString(body, 'fact', 'exchange') CODEC(ZSTD(1)),
    INDEX by_exchange exchange TYPE bloom_filter(0.001) GRANULARITY 4,
    INDEX by_time at TYPE minmax GRANULARITY 1
) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (chain, seq)
SETTINGS non_replicated_deduplication_window = 1000;

-- Large texts, named by their SHA-256. `stored`: the time of the newest event that brought it.
-- shard by cityHash64(digest)
CREATE TABLE IF NOT EXISTS parts (
    digest FixedString(32) CODEC(NONE),
    data String CODEC(ZSTD(6)),
    stored DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    held UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(stored) ORDER BY digest;

-- Sessions whose record stays, whatever their age. The newest line of a session counts.
-- shard by cityHash64(session)
CREATE TABLE IF NOT EXISTS legal_holds (
    session String,
    changed DateTime64(6, 'UTC'),
    held UInt8,
    who String,
    reason String
) ENGINE = ReplacingMergeTree(changed) ORDER BY session;

-- What a million tokens cost, from the configuration; the first pattern that fits a model counts.
-- shard by 1
CREATE TABLE IF NOT EXISTS prices (
    version UInt64,
    place UInt32,
    pattern String,
    input Float64,
    output Float64,
    cache_read Float64,
    cache_write Float64
) ENGINE = ReplacingMergeTree ORDER BY (version, place);
