SELECT
    side,
    scanned,
    why,
    count() AS exchanges,
    round(100 * exchanges / sum(exchanges) OVER (PARTITION BY side), 2) AS percent
FROM (
    SELECT
        arrayJoin([
            ('request', request_scanned, arrayStringConcat(request_unscanned, '; ')),
            ('answer', answer_scanned, arrayStringConcat(answer_unscanned, '; '))
        ]) AS one,
        one.1 AS side, one.2 AS scanned, one.3 AS why
    FROM exchanges
    WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
        AND ({team:String} = '' OR has(groups, {team:String}))
)
WHERE scanned != ''
GROUP BY side, scanned, why
ORDER BY side DESC, exchanges DESC, scanned, why
