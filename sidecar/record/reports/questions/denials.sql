-- title: Denials and why
-- question: What was stopped, by which rule, for whom, and what were they told?
-- control: SOC 2 CC6.6, CC7.2; ISO 27001 A.8.12; GDPR Art. 32; HIPAA 164.312(a)
-- chart: rule denials
-- A call that is refused without a rule (no identity, no policy, a limit) counts too: its rule is empty.
WITH
    stopped AS (
        SELECT at, exchange, exchange_key, session_key, subject, connection, verdict, rule, say
        FROM call_facts FINAL
        WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
            AND ({team:String} = '' OR has(groups, {team:String}))
            AND (verdict = 'deny' OR refused > 0 OR exchange_key IN (
                SELECT exchange_key FROM answer_facts WHERE at >= {begin:DateTime64(6, 'UTC')} AND verdict = 'deny'
            ))
    ),
    answers AS (
        SELECT exchange_key, verdict, rule, why FROM answer_facts FINAL
        WHERE at >= {begin:DateTime64(6, 'UTC')} AND exchange_key IN (SELECT exchange_key FROM stopped)
    ),
    ['allow', 'mask', 'hold', 'deny'] AS by_strictness
SELECT
    if(indexOf(by_strictness, c.verdict) >= indexOf(by_strictness, a.verdict), c.rule, a.rule) AS rule,
    if(c.say != '', c.say, a.why) AS reason,
    c.subject AS subject,
    c.connection AS connection,
    count() AS denials,
    uniqIf(c.session_key, c.session_key != 0) AS sessions,
    min(c.at) AS first,
    max(c.at) AS last,
    min(c.exchange) AS example
FROM stopped AS c
LEFT ANY JOIN answers AS a ON c.exchange_key = a.exchange_key
GROUP BY rule, reason, subject, connection
ORDER BY denials DESC, rule, reason, subject, connection
