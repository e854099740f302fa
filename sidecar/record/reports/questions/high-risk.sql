-- title: High-risk actions and who approved them
-- question: Which actions waited for a person, who decided, why, and after how long?
-- control: SOC 2 CC6.3, CC7.4; ISO 27001 A.8.2; EU AI Act Art. 12, 14; HIPAA 164.312(a)
-- chart: tool seconds
SELECT
    a.asked_at AS asked_at,
    e.subject AS asked_by,
    a.tool AS tool,
    a.rule AS rule,
    a.decision AS decision,
    a.who AS decided_by,
    a.rationale AS rationale,
    a.seconds AS seconds,
    a.approval AS approval
FROM approvals AS a
LEFT ANY JOIN (
    SELECT exchange, subject, groups FROM call_facts
    WHERE exchange_key IN (SELECT cityHash64(exchange) FROM approval_facts)
) AS e ON a.exchange = e.exchange
WHERE coalesce(a.asked_at, a.decided_at) >= {begin:DateTime64(6, 'UTC')}
    AND coalesce(a.asked_at, a.decided_at) < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(e.groups, {team:String}))
ORDER BY asked_at, approval
