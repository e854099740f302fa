SELECT
    e.chain AS chain,
    e.events AS events,
    e.newest - e.events AS missing,
    e.newest - c.signed AS not_signed_yet,
    c.checkpoints AS checkpoints,
    e.unrecorded AS stretches_unrecorded,
    e.first AS first,
    e.last AS last,
    e.closed AS closed
FROM (
    SELECT chain, uniqExact(seq) AS events, max(seq) AS newest, min(at) AS first, max(at) AS last,
           countIf(kind = 'gap_opened') AS unrecorded,
           if(countIf(kind = 'chain_closed') > 0, 'yes', 'no') AS closed
    FROM events
    GROUP BY chain
    HAVING last >= {begin:DateTime64(6, 'UTC')} AND first < {until:DateTime64(6, 'UTC')}
) AS e
LEFT ANY JOIN (
    SELECT chain, max(count) AS signed, count() AS checkpoints FROM checkpoints GROUP BY chain
) AS c ON e.chain = c.chain
WHERE {team:String} = {team:String}
ORDER BY first, chain
