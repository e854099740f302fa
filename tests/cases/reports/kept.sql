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
