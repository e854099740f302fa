SELECT
    subject,
    agent,
    provider,
    groupUniqArray(connection) AS connections,
    groupUniqArrayIf(model, model != '') AS models,
    uniqIf(session, session != '') AS sessions,
    count() AS requests,
    countIf(outcome = 'refused') AS refused,
    min(at) AS first,
    max(at) AS last
FROM exchanges
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(groups, {team:String}))
GROUP BY subject, agent, provider
ORDER BY requests DESC, subject, agent
