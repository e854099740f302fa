-- title: Access by person and agent
-- question: Who used which models, with which agent, over which connection, and how often?
-- control: SOC 2 CC6.1; ISO 27001 A.8.15; GDPR Art. 30; EU AI Act Art. 12; HIPAA 164.312(b)
-- chart: subject requests
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
