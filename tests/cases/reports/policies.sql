SELECT
    g.at AS since,
    g.policy AS policy,
    g.said AS said,
    g.chain AS gate_life,
    e.exchanges AS exchanges,
    e.first AS first_call,
    e.last AS last_call
FROM (
    SELECT at, chain, JSONExtractString(fact, 'digest') AS policy, replaceOne(kind, 'policy_', '') AS said
    FROM gate_events
    WHERE kind IN ('policy_loaded', 'policy_refused') AND at < {until:DateTime64(6, 'UTC')}
) AS g
LEFT ANY JOIN (
    SELECT chain, policy, count() AS exchanges, min(at) AS first, max(at) AS last
    FROM exchanges
    WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
        AND ({team:String} = '' OR has(groups, {team:String}))
    GROUP BY chain, policy
) AS e ON g.chain = e.chain AND g.policy = e.policy
WHERE g.at >= {begin:DateTime64(6, 'UTC')} OR e.exchanges > 0
ORDER BY since, gate_life
