-- title: Sensitive data kept from the model
-- question: Which kinds of sensitive data were masked or stopped on their way out, and whose were they?
-- control: SOC 2 CC6.7; ISO 27001 A.8.11, A.8.12; GDPR Art. 32; HIPAA 164.312(e)
-- chart: kind findings
-- A person of two teams counts for both. Rules in shadow did nothing, so they are not here.
WITH
    found AS (
        SELECT cityHash64(exchange) AS exchange_key, detector, action FROM finding_facts FINAL
        WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
            AND side = 'request' AND shadow = 0 AND action IN ('mask', 'hold', 'deny')
    ),
    calls AS (
        SELECT exchange_key, groups, subject FROM call_facts FINAL
        WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    )
SELECT
    f.detector AS kind,
    team,
    f.action AS action,
    count() AS findings,
    uniq(f.exchange_key) AS exchanges,
    uniq(c.subject) AS people
FROM calls AS c
INNER JOIN found AS f ON c.exchange_key = f.exchange_key
ARRAY JOIN if(empty(groups), [''], groups) AS team
WHERE {team:String} = '' OR team = {team:String}
GROUP BY kind, team, action
ORDER BY findings DESC, kind, team, action
