-- title: High-risk actions without approval
-- question: Did anything that had to wait for a person happen without one?
-- control: SOC 2 CC6.3, CC7.3; ISO 27001 A.8.2; EU AI Act Art. 14
-- expect: empty
-- A call that a rule holds carries its verdict `hold`. It needs an approval that somebody decided.
WITH held AS (
    SELECT at, exchange, tool, rule, effects, approval FROM tool_call_facts FINAL
    WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')} AND verdict = 'hold'
)
SELECT
    t.at AS at,
    c.subject AS subject,
    t.tool AS tool,
    t.rule AS rule,
    t.effects AS effects,
    t.approval AS approval,
    t.exchange AS exchange,
    if(c.session_key = 0, '', c.session) AS session
FROM held AS t
LEFT ANY JOIN (
    SELECT exchange, subject, groups, session, session_key FROM call_facts
    WHERE exchange_key IN (SELECT cityHash64(exchange) FROM held)
) AS c ON t.exchange = c.exchange
LEFT ANY JOIN (SELECT approval, decided_at, who FROM approvals) AS a ON t.approval = a.approval
WHERE ({team:String} = '' OR has(c.groups, {team:String}))
    AND (t.approval = '' OR a.decided_at IS NULL OR a.who = '')
ORDER BY at, exchange, approval
