SELECT
    subject,
    agent,
    toDate(at) AS day,
    if(toDayOfWeek(at) > 5, 'weekend', 'night') AS time,
    count() AS requests,
    countIf(verdict = 'deny') AS denials,
    min(at) AS first,
    max(at) AS last
FROM exchanges
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR has(groups, {team:String}))
    AND (toDayOfWeek(at) > 5 OR toHour(at) < 7 OR toHour(at) >= 19)
GROUP BY subject, agent, day, time
ORDER BY day, requests DESC, subject
