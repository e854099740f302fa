-- What people ask. One row is one thing; empty text and 0 mean that it was not said.
--
-- `conversation`: the session; of calls that named none (a plain `curl`) those of one caller on one day belong together.

CREATE OR REPLACE VIEW exchanges AS
SELECT
    exchange, chain, at, ended_at, subject, provider, groups, agent, session, connection, endpoint, method, path,
    model, policy, policy_name,
    multiIf(request_verdict = 'deny' OR answer_verdict = 'deny', 'deny',
            request_verdict = 'hold' OR answer_verdict = 'hold', 'hold',
            request_verdict = 'mask' OR answer_verdict = 'mask', 'mask',
            'allow') AS verdict,
    if(request_verdict = verdict, request_rule, answer_rule) AS rule,
    multiIf(refused_with > 0, 'refused', answered, 'answered', not_forwarded, 'not_forwarded', cut, 'cut',
            'open') AS outcome,
    request_verdict, request_rule, say, refused_with, shadow_rules, request_findings, request_scanned,
    request_unscanned, bytes_in, request_outline,
    status, stop_reason, answer_verdict, answer_rule, answer_findings, answer_scanned, answer_unscanned,
    complete, broken, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
    receiving_ms, gate_ms, first_byte_ms, upstream_ms, held_ms, human_ms, answer_outline, answer_timing, why, held,
    arrayFirst(p -> model LIKE p.1, (
        SELECT groupArray((pattern, input, output, cache_read, cache_write))
        FROM (SELECT * FROM prices FINAL WHERE version = (SELECT max(version) FROM prices) ORDER BY place)
    )) AS price,
    (input_tokens * price.2 + output_tokens * price.3 + cache_read_tokens * price.4 + cache_write_tokens * price.5)
        / 1e6 AS cost,
    if(session != '', session, concat('none:', if(subject != '', subject, 'unknown'), ':', toString(toDate(at))))
        AS conversation
FROM exchange_facts FINAL;

CREATE OR REPLACE VIEW findings AS
SELECT
    f.at AS at, f.exchange AS exchange, f.side AS side, f.rule AS rule, f.detector AS detector, f.place AS place,
    f.path AS path, f.action AS action, f.how AS how, f.placeholder AS placeholder, f.shadow AS shadow,
    f.chain AS chain, f.seq AS seq, e.subject AS subject, e.groups AS groups, e.session AS session,
    e.connection AS connection, e.model AS model, e.policy AS policy
FROM finding_facts AS f FINAL
LEFT ANY JOIN (
    SELECT chain, exchange, subject, groups, session, connection, model, policy FROM exchange_facts FINAL
) AS e ON f.chain = e.chain AND f.exchange = e.exchange;

CREATE OR REPLACE VIEW tool_calls AS
SELECT
    t.at AS at, t.exchange AS exchange, t.call AS call, t.tool AS tool, t.effects AS effects, t.verdict AS verdict,
    t.rule AS rule, t.approval AS approval, t.input AS input, t.chain AS chain, t.seq AS seq,
    e.subject AS subject, e.groups AS groups, e.session AS session, e.connection AS connection, e.model AS model
FROM tool_call_facts AS t FINAL
LEFT ANY JOIN (
    SELECT chain, exchange, subject, groups, session, connection, model FROM exchange_facts FINAL
) AS e ON t.chain = e.chain AND t.exchange = e.exchange;

CREATE OR REPLACE VIEW approvals AS
SELECT
    approval, asked_at, decided_at, exchange, call, tool, rule, approvers, decision, who, rationale,
    dateDiff('millisecond', asked_at, decided_at) / 1000 AS seconds
FROM approval_facts FINAL;

CREATE OR REPLACE VIEW checkpoints AS
SELECT chain, seq, at, count, first, last, last_hash, root, key, signature, fact FROM checkpoint_facts FINAL;

CREATE OR REPLACE VIEW gate_events AS
SELECT chain, seq, at, kind, fact FROM gate_facts FINAL;

CREATE OR REPLACE VIEW sessions AS
SELECT
    e.conversation AS session, any(e.subject) AS subject, any(e.provider) AS provider, any(e.groups) AS groups, any(e.agent) AS agent,
    min(e.at) AS began, max(e.ended_at) AS ended, count() AS exchanges,
    countIf(e.outcome = 'refused') AS refused, countIf(e.verdict = 'deny') AS denied,
    sum(e.request_findings + e.answer_findings) AS findings,
    groupUniqArray(e.connection) AS connections, groupUniqArrayIf(e.model, e.model != '') AS models,
    sum(e.input_tokens) AS input_tokens, sum(e.output_tokens) AS output_tokens,
    sum(e.cache_read_tokens) AS cache_read_tokens, sum(e.cache_write_tokens) AS cache_write_tokens,
    sum(e.cost) AS cost, max(e.held) AS held
FROM exchanges AS e
GROUP BY session;

CREATE OR REPLACE VIEW daily AS
SELECT
    toDate(e.at) AS day, e.subject AS subject, e.groups AS groups, e.connection AS connection, e.model AS model,
    count() AS requests, countIf(e.verdict = 'deny') AS denials, countIf(e.outcome = 'answered') AS answers,
    sum(e.input_tokens) AS input_tokens, sum(e.output_tokens) AS output_tokens,
    sum(e.cache_read_tokens) AS cache_read_tokens, sum(e.cache_write_tokens) AS cache_write_tokens,
    sum(e.cost) AS cost
FROM exchanges AS e
GROUP BY day, subject, groups, connection, model;

CREATE OR REPLACE VIEW daily_callers AS
SELECT day, subject, sum(requests) AS requests, sum(denials) AS denials, sum(input_tokens) AS input_tokens,
       sum(output_tokens) AS output_tokens, sum(cost) AS cost
FROM daily
GROUP BY day, subject;

CREATE OR REPLACE VIEW daily_connections AS
SELECT day, connection, sum(requests) AS requests, sum(denials) AS denials, sum(input_tokens) AS input_tokens,
       sum(output_tokens) AS output_tokens, sum(cost) AS cost
FROM daily
GROUP BY day, connection;

CREATE OR REPLACE VIEW daily_models AS
SELECT day, model, sum(requests) AS requests, sum(denials) AS denials, sum(input_tokens) AS input_tokens,
       sum(output_tokens) AS output_tokens, sum(cost) AS cost
FROM daily
GROUP BY day, model;

CREATE OR REPLACE VIEW daily_rules AS
SELECT toDate(at) AS day, rule, detector, action, side, shadow, count() AS findings, uniq(exchange) AS exchanges
FROM finding_facts FINAL
GROUP BY day, rule, detector, action, side, shadow;
