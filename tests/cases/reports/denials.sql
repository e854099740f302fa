SELECT
    rule,
    if(say != '', say, why) AS reason,
    subject,
    connection,
    count() AS denials,
    uniqIf(session, session != '') AS sessions,
    min(at) AS first,
    max(at) AS last,
    any(exchange) AS example
FROM exchanges
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(groups, {team:String}))
    AND (verdict = 'deny' OR outcome = 'refused')
GROUP BY rule, reason, subject, connection
ORDER BY denials DESC, rule, subject
