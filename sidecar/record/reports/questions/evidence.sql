-- title: Evidence health
-- question: Is the record without gaps, and is it signed up to its end?
-- control: SOC 2 CC7.1; ISO 27001 A.8.15; EU AI Act Art. 12; HIPAA 164.312(c)
-- chart: chain events
-- A count, not a proof: `gatehouse audit verify` proves. Evidence belongs to no team, so a team changes nothing here.
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
    SELECT chain, groupBitmap(seq) AS events, max(seq) AS newest, min(at) AS first, max(at) AS last,
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
