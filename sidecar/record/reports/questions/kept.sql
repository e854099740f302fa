-- title: Sensitive data kept from the model
-- question: Which kinds of sensitive data were masked or stopped on their way out, and whose were they?
-- control: SOC 2 CC6.7; ISO 27001 A.8.11, A.8.12; GDPR Art. 32; HIPAA 164.312(e)
-- chart: kind findings
-- A person of two teams counts for both. Rules in shadow did nothing, so they are not here.
SELECT
    detector AS kind,
    team,
    action,
    count() AS findings,
    uniq(exchange) AS exchanges,
    uniq(subject) AS people
FROM findings
ARRAY JOIN if(empty(groups), [''], groups) AS team
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR team = {team:String})
    AND side = 'request' AND shadow = 0 AND action IN ('mask', 'hold', 'deny')
GROUP BY kind, team, action
ORDER BY findings DESC, kind, team, action
