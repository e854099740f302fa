-- title: Denials and why
-- question: What was stopped, by which rule, for whom, and what were they told?
-- control: SOC 2 CC6.6, CC7.2; ISO 27001 A.8.12; GDPR Art. 32; HIPAA 164.312(a)
-- chart: rule denials
-- A call that is refused without a rule (no identity, no policy, a limit) counts too: its rule is empty.
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
