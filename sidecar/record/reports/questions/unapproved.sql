-- title: High-risk actions without approval
-- question: Did anything that had to wait for a person happen without one?
-- control: SOC 2 CC6.3, CC7.3; ISO 27001 A.8.2; EU AI Act Art. 14
-- expect: empty
-- A call that a rule holds carries its verdict `hold`. It needs an approval that somebody decided.
SELECT
    t.at AS at,
    t.subject AS subject,
    t.tool AS tool,
    t.rule AS rule,
    t.effects AS effects,
    t.approval AS approval,
    t.exchange AS exchange,
    t.session AS session
FROM tool_calls AS t
LEFT ANY JOIN (SELECT approval, decided_at, who FROM approvals) AS a ON t.approval = a.approval
WHERE t.at >= {begin:DateTime64(6, 'UTC')} AND t.at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(t.groups, {team:String}))
    AND t.verdict = 'hold' AND (t.approval = '' OR a.decided_at IS NULL OR a.who = '')
ORDER BY at
