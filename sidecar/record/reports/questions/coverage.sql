-- title: Scan coverage
-- question: How much of the traffic was looked at, and why was the rest not?
-- control: SOC 2 CC7.2; ISO 27001 A.8.16; EU AI Act Art. 12
-- chart: scanned exchanges
-- An answer counts where its call does.
SELECT
    side,
    scanned,
    why,
    sum(number) AS exchanges,
    round(100 * exchanges / sum(exchanges) OVER (PARTITION BY side), 2) AS percent
FROM (
    SELECT 'request' AS side, scanned, arrayStringConcat(unscanned, '; ') AS why, count() AS number
    FROM call_facts FINAL
    WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
        AND ({team:String} = '' OR has(groups, {team:String}))
    GROUP BY scanned, unscanned
    UNION ALL
    SELECT 'answer' AS side, scanned, arrayStringConcat(unscanned, '; ') AS why, count() AS number
    FROM answer_facts FINAL
    WHERE at >= {begin:DateTime64(6, 'UTC')} AND exchange_key IN (
        SELECT exchange_key FROM call_facts
        WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
            AND ({team:String} = '' OR has(groups, {team:String}))
    )
    GROUP BY scanned, unscanned
)
WHERE scanned != ''
GROUP BY side, scanned, why
ORDER BY side DESC, exchanges DESC, scanned, why
