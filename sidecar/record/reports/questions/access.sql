-- title: Access by person and agent
-- question: Who used which models, with which agent, over which connection, and how often?
-- control: SOC 2 CC6.1; ISO 27001 A.8.15; GDPR Art. 30; EU AI Act Art. 12; HIPAA 164.312(b)
-- chart: subject requests
SELECT
    c.subject AS subject,
    c.agent AS agent,
    c.provider AS provider,
    groupUniqArray(c.connection) AS connections,
    groupUniqArrayIf(c.model, c.model != '') AS models,
    uniqIf(c.session_key, c.session_key != 0) AS sessions,
    count() AS requests,
    countIf(c.refused > 0) AS refused,
    min(c.at) AS first,
    max(c.at) AS last
FROM call_facts AS c FINAL
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(groups, {team:String}))
GROUP BY subject, agent, provider
ORDER BY requests DESC, subject, agent, provider
