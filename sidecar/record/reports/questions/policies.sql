-- title: Policy versions in force
-- question: Which policies were in force from when until when, and how many calls did each judge?
-- control: SOC 2 CC8.1; ISO 27001 A.8.9; EU AI Act Art. 12
-- chart: policy exchanges
-- A policy that was refused was never in force; it stands here because somebody tried.
-- What the gate says of itself belongs to no team, so only the calls are counted by team.
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
    FROM call_facts FINAL
    WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
        AND ({team:String} = '' OR has(groups, {team:String}))
    GROUP BY chain, policy
) AS e ON g.chain = e.chain AND g.policy = e.policy
WHERE g.at >= {begin:DateTime64(6, 'UTC')} OR e.exchanges > 0
ORDER BY since, gate_life
