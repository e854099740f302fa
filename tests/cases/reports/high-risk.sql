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
LEFT ANY JOIN (SELECT exchange, subject, groups FROM exchanges) AS e ON a.exchange = e.exchange
WHERE coalesce(a.asked_at, a.decided_at) >= {begin:DateTime64(6, 'UTC')}
    AND coalesce(a.asked_at, a.decided_at) < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(e.groups, {team:String}))
ORDER BY asked_at, approval
