-- The evidence in the shape that questions have. Filled by materialised views while events come in.
--
-- Every one of these tables keeps the same rows however often the same event is put in: an aggregate of the same
-- values is the same, and a line is replaced by itself. So a delivery that ended in doubt may be shaped again.

-- One exchange comes as several events (decided, then answered, cut or not_forwarded), in any order and perhaps weeks
-- apart. Each fills in its columns; `max` of a value and of nothing is the value.
-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS exchange_facts (
    chain String CODEC(ZSTD(1)),
    exchange String CODEC(ZSTD(1)),
    at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    ended_at SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
    decided SimpleAggregateFunction(max, UInt8),
    answered SimpleAggregateFunction(max, UInt8),
    cut SimpleAggregateFunction(max, UInt8),
    not_forwarded SimpleAggregateFunction(max, UInt8),
    subject SimpleAggregateFunction(max, LowCardinality(String)),
    provider SimpleAggregateFunction(max, LowCardinality(String)),
    groups SimpleAggregateFunction(max, Array(String)),
    agent SimpleAggregateFunction(max, LowCardinality(String)),
    session SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    connection SimpleAggregateFunction(max, LowCardinality(String)),
    endpoint SimpleAggregateFunction(max, LowCardinality(String)),
    method SimpleAggregateFunction(max, LowCardinality(String)),
    path SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    model SimpleAggregateFunction(max, LowCardinality(String)),
    policy SimpleAggregateFunction(max, LowCardinality(String)),
    policy_name SimpleAggregateFunction(max, LowCardinality(String)),
    request_verdict SimpleAggregateFunction(max, LowCardinality(String)),
    request_rule SimpleAggregateFunction(max, LowCardinality(String)),
    say SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    refused_with SimpleAggregateFunction(max, UInt16),
    shadow_rules SimpleAggregateFunction(max, Array(String)),
    request_findings SimpleAggregateFunction(max, UInt32),
    request_scanned SimpleAggregateFunction(max, LowCardinality(String)),
    request_unscanned SimpleAggregateFunction(max, Array(String)),
    bytes_in SimpleAggregateFunction(max, UInt64),
    request_outline SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    status SimpleAggregateFunction(max, UInt16),
    stop_reason SimpleAggregateFunction(max, LowCardinality(String)),
    answer_verdict SimpleAggregateFunction(max, LowCardinality(String)),
    answer_rule SimpleAggregateFunction(max, LowCardinality(String)),
    answer_findings SimpleAggregateFunction(max, UInt32),
    answer_scanned SimpleAggregateFunction(max, LowCardinality(String)),
    answer_unscanned SimpleAggregateFunction(max, Array(String)),
    complete SimpleAggregateFunction(max, UInt8),
    broken SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    input_tokens SimpleAggregateFunction(max, UInt64),
    output_tokens SimpleAggregateFunction(max, UInt64),
    cache_read_tokens SimpleAggregateFunction(max, UInt64),
    cache_write_tokens SimpleAggregateFunction(max, UInt64),
    receiving_ms SimpleAggregateFunction(max, Float64),
    gate_ms SimpleAggregateFunction(max, Float64),
    first_byte_ms SimpleAggregateFunction(max, Float64),
    upstream_ms SimpleAggregateFunction(max, Float64),
    held_ms SimpleAggregateFunction(max, Float64),
    human_ms SimpleAggregateFunction(max, Float64),
    answer_outline SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    answer_timing SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    why SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    held SimpleAggregateFunction(max, UInt8),
    INDEX by_session session TYPE bloom_filter(0.001) GRANULARITY 4
) ENGINE = AggregatingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (chain, exchange);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_decided TO exchange_facts AS
SELECT
    chain, f.exchange AS exchange, at, at AS ended_at, toUInt8(1) AS decided,
    f.caller.subject AS subject, f.caller.provider AS provider, f.caller.groups AS groups,
    f.caller.claimed_agent AS agent, f.session AS session, f.connection AS connection, f.endpoint AS endpoint,
    f.method AS method, f.path AS path, f.model AS model, f.policy AS policy, f.policy_name AS policy_name,
    f.verdict AS request_verdict, f.rule AS request_rule, f.say AS say, f.refused_with AS refused_with,
    f.shadow.rule AS shadow_rules, toUInt32(length(f.findings.rule) + f.findings_left_out) AS request_findings,
    f.scanned.extent AS request_scanned, f.scanned.why AS request_unscanned, f.bytes_in AS bytes_in,
    f.request.outline AS request_outline
FROM (
    SELECT chain, at, JSONExtract(body, 'fact', 'Tuple(
        exchange String,
        caller Tuple(subject String, provider String, groups Array(String), claimed_agent String),
        session String, connection String, endpoint String, method String, path String, model String,
        policy String, policy_name String, verdict String, rule String, say String, refused_with UInt16,
        shadow Array(Tuple(action String, rule String)), findings Array(Tuple(rule String, action String)),
        findings_left_out UInt32, scanned Tuple(extent String, why Array(String)), bytes_in UInt64,
        request Tuple(outline String))') AS f
    FROM events
    WHERE kind = 'decided'
);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_answered TO exchange_facts AS
SELECT
    chain, f.exchange AS exchange, at, at AS ended_at,
    toUInt8(kind = 'answered') AS answered, toUInt8(kind = 'cut') AS cut,
    toUInt8(kind = 'not_forwarded') AS not_forwarded,
    f.status AS status, f.stop_reason AS stop_reason, f.verdict AS answer_verdict, f.rule AS answer_rule,
    toUInt32(length(f.findings.rule) + f.findings_left_out) AS answer_findings,
    f.scanned.extent AS answer_scanned, f.scanned.why AS answer_unscanned,
    toUInt8(f.complete) AS complete, f.broken AS broken,
    f.usage.input_tokens AS input_tokens, f.usage.output_tokens AS output_tokens,
    f.usage.cache_read_input_tokens AS cache_read_tokens, f.usage.cache_creation_input_tokens AS cache_write_tokens,
    f.latency.receiving_ms AS receiving_ms, f.latency.gate_ms AS gate_ms, f.latency.first_byte_ms AS first_byte_ms,
    f.latency.upstream_ms AS upstream_ms, f.latency.held_ms AS held_ms, f.latency.human_ms AS human_ms,
    f.answer.outline AS answer_outline, f.answer.timing AS answer_timing,
    if(f.why = '', f.state, f.why) AS why
FROM (
    SELECT chain, kind, at, JSONExtract(body, 'fact', 'Tuple(
        exchange String, status UInt16, stop_reason String, verdict String, rule String,
        findings Array(Tuple(rule String, action String)), findings_left_out UInt32,
        scanned Tuple(extent String, why Array(String)), complete Bool, broken String,
        usage Tuple(input_tokens UInt64, output_tokens UInt64, cache_read_input_tokens UInt64,
                    cache_creation_input_tokens UInt64),
        latency Tuple(receiving_ms Float64, gate_ms Float64, first_byte_ms Float64, upstream_ms Float64,
                      held_ms Float64, human_ms Float64),
        answer Tuple(outline String, timing String), why String, state String)') AS f
    FROM events
    WHERE kind IN ('answered', 'cut', 'not_forwarded')
);

-- A value that a detector found: never the value, but where it was and what stands there now.
-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS finding_facts (
    chain String CODEC(ZSTD(1)),
    seq UInt64 CODEC(DoubleDelta, ZSTD(1)),
    number UInt32,
    at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exchange String CODEC(ZSTD(1)),
    side LowCardinality(String),
    rule LowCardinality(String),
    detector LowCardinality(String),
    place LowCardinality(String),
    path String CODEC(ZSTD(1)),
    action LowCardinality(String),
    how LowCardinality(String),
    placeholder String CODEC(ZSTD(1)),
    shadow UInt8,
    held UInt8 DEFAULT 0,
    INDEX by_exchange exchange TYPE bloom_filter(0.001) GRANULARITY 4
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (chain, seq, number);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_findings TO finding_facts AS
SELECT
    chain, seq, toUInt32(number) AS number, at, f.exchange AS exchange,
    if(kind = 'decided', 'request', 'answer') AS side,
    one.rule AS rule, one.detector AS detector, one.place AS place, one.path AS path, one.action AS action,
    one.how AS how, one.placeholder AS placeholder, toUInt8(one.shadow) AS shadow
FROM (
    SELECT chain, seq, kind, at, JSONExtract(body, 'fact', 'Tuple(exchange String, findings Array(Tuple(
        rule String, detector String, place String, path String, action String, how String, placeholder String,
        shadow Bool)))') AS f
    FROM events
    -- The body is canonical: without findings it says so in these bytes. Looking for them costs a tenth of parsing it.
    WHERE kind IN ('decided', 'answered', 'cut') AND position(body, '"findings":[]') = 0
)
ARRAY JOIN f.findings AS one, arrayEnumerate(f.findings) AS number;

-- Which groups a call was of: what row policies ask.
-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS caller_facts (
    exchange String CODEC(ZSTD(1)),
    groups Array(LowCardinality(String))
) ENGINE = ReplacingMergeTree ORDER BY exchange;

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_callers TO caller_facts AS
SELECT f.exchange AS exchange, f.caller.groups AS groups
FROM (
    SELECT JSONExtract(body, 'fact', 'Tuple(exchange String, caller Tuple(groups Array(String)))') AS f
    FROM events
    WHERE kind = 'decided'
);

-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS tool_call_facts (
    chain String CODEC(ZSTD(1)),
    seq UInt64 CODEC(DoubleDelta, ZSTD(1)),
    at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exchange String CODEC(ZSTD(1)),
    call String CODEC(ZSTD(1)),
    tool LowCardinality(String),
    effects Array(LowCardinality(String)),
    verdict LowCardinality(String),
    rule LowCardinality(String),
    approval String CODEC(ZSTD(1)),
    input String CODEC(ZSTD(1)),
    held UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (chain, seq);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_tool_calls TO tool_call_facts AS
SELECT
    chain, seq, at, f.exchange AS exchange, f.call AS call, f.tool AS tool, f.effects AS effects,
    f.verdict AS verdict, f.rule AS rule, f.approval AS approval, f.input AS input
FROM (
    SELECT chain, seq, at, JSONExtract(body, 'fact', 'Tuple(exchange String, call String, tool String,
        effects Array(String), verdict String, rule String, approval String, input String)') AS f
    FROM events
    WHERE kind = 'tool_call'
);

-- An approval is asked, then decided: two events, one line, as with exchanges.
-- shard by cityHash64(approval)
CREATE TABLE IF NOT EXISTS approval_facts (
    approval String CODEC(ZSTD(1)),
    asked_at SimpleAggregateFunction(max, Nullable(DateTime64(6, 'UTC'))),
    decided_at SimpleAggregateFunction(max, Nullable(DateTime64(6, 'UTC'))),
    exchange SimpleAggregateFunction(max, String),
    call SimpleAggregateFunction(max, String),
    tool SimpleAggregateFunction(max, LowCardinality(String)),
    rule SimpleAggregateFunction(max, LowCardinality(String)),
    approvers SimpleAggregateFunction(max, Array(String)),
    decision SimpleAggregateFunction(max, LowCardinality(String)),
    who SimpleAggregateFunction(max, LowCardinality(String)),
    rationale SimpleAggregateFunction(max, String),
    held SimpleAggregateFunction(max, UInt8)
) ENGINE = AggregatingMergeTree ORDER BY approval;

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_approvals TO approval_facts AS
SELECT
    f.approval AS approval, if(kind = 'approval_asked', at, NULL) AS asked_at,
    if(kind = 'approval_decided', at, NULL) AS decided_at, f.exchange AS exchange, f.call AS call, f.tool AS tool,
    f.rule AS rule, f.approvers AS approvers, f.decision AS decision, f.who AS who, f.rationale AS rationale
FROM (
    SELECT kind, at, JSONExtract(body, 'fact', 'Tuple(approval String, exchange String, call String, tool String,
        rule String, approvers Array(String), decision String, who String, rationale String)') AS f
    FROM events
    WHERE kind IN ('approval_asked', 'approval_decided')
);

-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS checkpoint_facts (
    chain String CODEC(ZSTD(1)),
    seq UInt64,
    at DateTime64(6, 'UTC'),
    count UInt64,
    first UInt64,
    last UInt64,
    last_hash String,
    root String,
    key LowCardinality(String),
    signature String,
    fact String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (chain, seq);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_checkpoints TO checkpoint_facts AS
SELECT
    chain, seq, at, f.count AS count, f.first AS first, f.last AS last, f.last_hash AS last_hash, f.root AS root,
    f.key AS key, f.signature AS signature, fact
FROM (
    SELECT chain, seq, at, JSONExtractRaw(body, 'fact') AS fact, JSONExtract(body, 'fact', 'Tuple(
        count UInt64, first UInt64, last UInt64, last_hash String, root String, key String, signature String)') AS f
    FROM events
    WHERE kind = 'checkpoint'
);

-- What the gate says of itself: policies, credentials, keys, lives. A few lines a day.
-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS gate_facts (
    chain String CODEC(ZSTD(1)),
    seq UInt64,
    at DateTime64(6, 'UTC'),
    kind LowCardinality(String),
    fact String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree ORDER BY (chain, seq);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_gate TO gate_facts AS
SELECT chain, seq, at, kind, JSONExtractRaw(body, 'fact') AS fact
FROM events
WHERE kind NOT IN ('decided', 'answered', 'cut', 'not_forwarded', 'checkpoint', 'tool_call', 'approval_asked',
                   'approval_decided');
