-- What the saved reports ask of calls and answers, in the order of time: groups, providers, what was looked at.
-- The keys are hashes of names: eight bytes are counted and joined in half the time of the names themselves, and among
-- a million calls two share one once in forty million records. `session_key` is 0 where no session was named.

ALTER TABLE call_facts
    ADD COLUMN IF NOT EXISTS groups Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS provider LowCardinality(String),
    ADD COLUMN IF NOT EXISTS scanned LowCardinality(String),
    ADD COLUMN IF NOT EXISTS unscanned Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS exchange_key UInt64,
    ADD COLUMN IF NOT EXISTS session_key UInt64;

ALTER TABLE answer_facts
    ADD COLUMN IF NOT EXISTS scanned LowCardinality(String),
    ADD COLUMN IF NOT EXISTS unscanned Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS exchange_key UInt64;

ALTER TABLE shape_calls MODIFY QUERY
SELECT
    at, f.exchange AS exchange, chain,
    if(f.session != '', f.session, concat('none:', if(f.caller.subject != '', f.caller.subject, 'unknown'), ':', toString(toDate(at)))) AS session,
    f.caller.subject AS subject, f.caller.claimed_agent AS agent, f.connection AS connection, f.model AS model, f.endpoint AS endpoint,
    f.policy AS policy, f.verdict AS verdict, f.rule AS rule, f.refused_with AS refused, f.say AS say,
    f.request.outline AS outline, toUInt32(length(f.findings.rule) + f.findings_left_out) AS findings,
    f.shadow.rule AS shadow_rules, f.caller.groups AS groups, f.caller.provider AS provider,
    f.scanned.extent AS scanned, f.scanned.why AS unscanned, cityHash64(f.exchange) AS exchange_key,
    if(f.session = '', 0, cityHash64(f.session)) AS session_key
FROM (
    SELECT chain, at, JSONExtract(body, 'fact', 'Tuple(
        exchange String, caller Tuple(subject String, provider String, groups Array(String), claimed_agent String),
        session String, connection String, model String, endpoint String, policy String, verdict String, rule String,
        refused_with UInt16, say String, request Tuple(outline String), findings Array(Tuple(rule String)),
        findings_left_out UInt32, shadow Array(Tuple(rule String)), scanned Tuple(extent String, why Array(String)))') AS f
    FROM events
    WHERE kind = 'decided'
);

ALTER TABLE shape_answers MODIFY QUERY
SELECT
    at, f.exchange AS exchange, chain, kind, f.status AS status, f.verdict AS verdict, f.rule AS rule,
    f.stop_reason AS stop_reason, if(f.why = '', f.state, f.why) AS why, f.answer.outline AS outline,
    f.answer.timing AS timing, toUInt32(length(f.findings.rule) + f.findings_left_out) AS findings,
    f.usage.input_tokens AS input_tokens, f.usage.output_tokens AS output_tokens,
    f.usage.cache_read_input_tokens AS cache_read_tokens, f.usage.cache_creation_input_tokens AS cache_write_tokens,
    f.latency.gate_ms AS gate_ms, f.latency.upstream_ms AS upstream_ms, f.latency.held_ms AS held_ms,
    f.latency.human_ms AS human_ms, f.scanned.extent AS scanned, f.scanned.why AS unscanned,
    cityHash64(f.exchange) AS exchange_key
FROM (
    SELECT chain, kind, at, JSONExtract(body, 'fact', 'Tuple(
        exchange String, status UInt16, verdict String, rule String, stop_reason String, why String, state String,
        answer Tuple(outline String, timing String), findings Array(Tuple(rule String)), findings_left_out UInt32,
        usage Tuple(input_tokens UInt64, output_tokens UInt64,
        cache_read_input_tokens UInt64, cache_creation_input_tokens UInt64),
        latency Tuple(gate_ms Float64, upstream_ms Float64, held_ms Float64, human_ms Float64),
        scanned Tuple(extent String, why Array(String)))') AS f
    FROM events
    WHERE kind IN ('answered', 'cut', 'not_forwarded')
);

-- What was recorded before: the same lines again, with what they lacked; of two the newer one stays.
INSERT INTO call_facts (at, exchange, chain, session, subject, agent, connection, model, endpoint, policy, verdict, rule,
    refused, say, outline, findings, shadow_rules, held, groups, provider, scanned, unscanned, exchange_key, session_key)
SELECT at, exchange, chain, if(session != '', session, concat('none:', if(subject != '', subject, 'unknown'), ':', toString(toDate(at)))),
    subject, agent, connection, model, endpoint, policy, request_verdict, request_rule, refused_with, say,
    request_outline, request_findings, shadow_rules, held, groups, provider, request_scanned, request_unscanned,
    cityHash64(exchange), if(session = '', 0, cityHash64(session))
FROM exchange_facts FINAL
WHERE decided;

INSERT INTO answer_facts (at, exchange, chain, kind, status, verdict, rule, stop_reason, why, outline, timing, findings,
    input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, gate_ms, upstream_ms, held_ms,
    human_ms, held, scanned, unscanned, exchange_key)
SELECT ended_at, exchange, chain, multiIf(answered, 'answered', cut, 'cut', 'not_forwarded'), status, answer_verdict,
    answer_rule, stop_reason, why, answer_outline, answer_timing, answer_findings, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, gate_ms, upstream_ms, held_ms, human_ms, held, answer_scanned,
    answer_unscanned, cityHash64(exchange)
FROM exchange_facts FINAL
WHERE answered OR cut OR not_forwarded;
