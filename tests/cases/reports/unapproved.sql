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
