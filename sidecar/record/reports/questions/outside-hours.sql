-- title: Activity outside hours
-- question: Who worked at night or on a weekend?
-- control: SOC 2 CC7.2; ISO 27001 A.8.16
-- chart: subject requests
-- Hours are Monday to Friday, 07:00 to 19:00 UTC.
SELECT
    c.subject AS subject,
    c.agent AS agent,
    toDate(c.at) AS day,
    if(toDayOfWeek(c.at) > 5, 'weekend', 'night') AS time,
    count() AS requests,
    countIf(c.verdict = 'deny' OR c.exchange_key IN (
            SELECT exchange_key FROM answer_facts WHERE at >= {begin:DateTime64(6, 'UTC')} AND verdict = 'deny'
    )) AS denials,
    min(c.at) AS first,
    max(c.at) AS last
FROM call_facts AS c FINAL
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(groups, {team:String}))
    AND (toDayOfWeek(at) > 5 OR toHour(at) < 7 OR toHour(at) >= 19)
GROUP BY subject, agent, day, time
ORDER BY day, requests DESC, subject, agent, time
