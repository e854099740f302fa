-- What the console's pages read: calls and answers in the order of time, sessions as one line each, figures by the hour.
-- `session` is the conversation of 003: calls without one are one caller's of one day.
-- The tables of 002 are ordered by chain and exchange, which is right for one exchange and slow for "the newest".

-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS call_facts (
    at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exchange String CODEC(ZSTD(1)),
    chain LowCardinality(String),
    session String CODEC(ZSTD(1)),
    subject LowCardinality(String),
    agent LowCardinality(String),
    connection LowCardinality(String),
    model LowCardinality(String),
    endpoint LowCardinality(String),
    policy LowCardinality(String),
    verdict LowCardinality(String),
    rule LowCardinality(String),
    refused UInt16,
    say String CODEC(ZSTD(1)),
    outline String CODEC(ZSTD(1)),
    findings UInt32,
    shadow_rules Array(LowCardinality(String)),
    held UInt8 DEFAULT 0,
    INDEX by_session session TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (at, exchange);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_calls TO call_facts AS
SELECT
    at, f.exchange AS exchange, chain,
    if(f.session != '', f.session, concat('none:', if(f.caller.subject != '', f.caller.subject, 'unknown'), ':', toString(toDate(at)))) AS session,
    f.caller.subject AS subject, f.caller.claimed_agent AS agent, f.connection AS connection, f.model AS model, f.endpoint AS endpoint,
    f.policy AS policy, f.verdict AS verdict, f.rule AS rule, f.refused_with AS refused, f.say AS say,
    f.request.outline AS outline, toUInt32(length(f.findings.rule) + f.findings_left_out) AS findings,
    f.shadow.rule AS shadow_rules
FROM (
    SELECT chain, at, JSONExtract(body, 'fact', 'Tuple(
        exchange String, caller Tuple(subject String, claimed_agent String), session String, connection String,
        model String, endpoint String, policy String, verdict String, rule String, refused_with UInt16,
        say String, request Tuple(outline String), findings Array(Tuple(rule String)), findings_left_out UInt32,
        shadow Array(Tuple(rule String)))') AS f
    FROM events
    WHERE kind = 'decided'
);

-- shard by cityHash64(chain)
CREATE TABLE IF NOT EXISTS answer_facts (
    at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exchange String CODEC(ZSTD(1)),
    chain LowCardinality(String),
    kind LowCardinality(String),
    status UInt16,
    verdict LowCardinality(String),
    rule LowCardinality(String),
    stop_reason LowCardinality(String),
    why String CODEC(ZSTD(1)),
    outline String CODEC(ZSTD(1)),
    timing String CODEC(ZSTD(1)),
    findings UInt32,
    input_tokens UInt64,
    output_tokens UInt64,
    cache_read_tokens UInt64,
    cache_write_tokens UInt64,
    gate_ms Float64,
    upstream_ms Float64,
    held_ms Float64,
    human_ms Float64,
    held UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (at, exchange);

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_answers TO answer_facts AS
SELECT
    at, f.exchange AS exchange, chain, kind, f.status AS status, f.verdict AS verdict, f.rule AS rule,
    f.stop_reason AS stop_reason, if(f.why = '', f.state, f.why) AS why, f.answer.outline AS outline,
    f.answer.timing AS timing, toUInt32(length(f.findings.rule) + f.findings_left_out) AS findings,
    f.usage.input_tokens AS input_tokens, f.usage.output_tokens AS output_tokens,
    f.usage.cache_read_input_tokens AS cache_read_tokens, f.usage.cache_creation_input_tokens AS cache_write_tokens,
    f.latency.gate_ms AS gate_ms, f.latency.upstream_ms AS upstream_ms, f.latency.held_ms AS held_ms,
    f.latency.human_ms AS human_ms
FROM (
    SELECT chain, kind, at, JSONExtract(body, 'fact', 'Tuple(
        exchange String, status UInt16, verdict String, rule String, stop_reason String, why String, state String,
        answer Tuple(outline String, timing String), findings Array(Tuple(rule String)), findings_left_out UInt32,
        usage Tuple(input_tokens UInt64, output_tokens UInt64,
        cache_read_input_tokens UInt64, cache_creation_input_tokens UInt64),
        latency Tuple(gate_ms Float64, upstream_ms Float64, held_ms Float64, human_ms Float64))') AS f
    FROM events
    WHERE kind IN ('answered', 'cut', 'not_forwarded')
);

-- shard by cityHash64(session)
CREATE TABLE IF NOT EXISTS session_facts (
    session String CODEC(ZSTD(1)),
    began SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    ended SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
    subject SimpleAggregateFunction(max, LowCardinality(String)),
    agent SimpleAggregateFunction(max, LowCardinality(String)),
    connections SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
    verdicts SimpleAggregateFunction(groupUniqArrayArray, Array(String))
) ENGINE = AggregatingMergeTree ORDER BY session;

CREATE MATERIALIZED VIEW IF NOT EXISTS shape_sessions TO session_facts AS
SELECT
    if(f.session != '', f.session, concat('none:', if(f.caller.subject != '', f.caller.subject, 'unknown'), ':', toString(toDate(at)))) AS session,
    min(at) AS began, max(at) AS ended, max(f.caller.subject) AS subject,
    max(f.caller.claimed_agent) AS agent, groupUniqArray(f.connection) AS connections,
    groupUniqArray(f.verdict) AS verdicts
FROM (
    SELECT at, JSONExtract(body, 'fact', 'Tuple(
        caller Tuple(subject String, claimed_agent String), session String, connection String, verdict String)') AS f
    FROM events
    WHERE kind = 'decided'
)
GROUP BY session;

-- Figures of an hour, counted when somebody looks (`figures.py`): an hour whose calls became more is counted anew, and
-- the newest version of a line counts. `lines`: how many lines of facts an hour had when it was counted.
-- shard by cityHash64(hour)
CREATE TABLE IF NOT EXISTS hour_figures (
    hour DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    what LowCardinality(String),
    name LowCardinality(String),
    number UInt64 CODEC(T64, ZSTD(1)),
    counted DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1))
) ENGINE = ReplacingMergeTree(counted) PARTITION BY toYYYYMM(hour) ORDER BY (hour, what, name);

-- What was recorded before these tables were there; the same lines again are one line.
INSERT INTO call_facts (at, exchange, chain, session, subject, agent, connection, model, endpoint, policy, verdict, rule,
    refused, say, outline, findings, shadow_rules)
SELECT at, exchange, chain, if(session != '', session, concat('none:', if(subject != '', subject, 'unknown'), ':', toString(toDate(at)))),
    subject, agent, connection, model, endpoint, policy, request_verdict, request_rule,
    refused_with, say, request_outline, request_findings, shadow_rules
FROM exchange_facts FINAL
WHERE decided;

INSERT INTO answer_facts (at, exchange, chain, kind, status, verdict, rule, stop_reason, why, outline, timing, findings,
    input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, gate_ms, upstream_ms, held_ms,
    human_ms)
SELECT ended_at, exchange, chain, multiIf(answered, 'answered', cut, 'cut', 'not_forwarded'), status, answer_verdict,
    answer_rule, stop_reason, why, answer_outline, answer_timing, answer_findings, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, gate_ms, upstream_ms, held_ms, human_ms
FROM exchange_facts FINAL
WHERE answered OR cut OR not_forwarded;

INSERT INTO session_facts (session, began, ended, subject, agent, connections, verdicts)
SELECT session, min(at), max(at), max(subject), max(agent), groupUniqArray(connection), groupUniqArray(verdict)
FROM call_facts
GROUP BY session;
