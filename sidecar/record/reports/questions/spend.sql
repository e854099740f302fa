-- title: Spend by team and model
-- question: Which team spent how much on which model?
-- control: SOC 2 CC4.1; ISO 27001 A.8.6
-- chart: team cost
-- A person of two teams counts for both: the rows of one call add up to more than it cost. Prices come from the
-- configuration; a model without one costs 0 here.
WITH
    answers AS (
        SELECT exchange_key, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM answer_facts FINAL
        WHERE at >= {begin:DateTime64(6, 'UTC')}
    ),
    calls AS (
        SELECT exchange_key, groups, model FROM call_facts FINAL
        WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
            AND ({team:String} = '' OR has(groups, {team:String}))
            AND model != ''
    ),
    spent AS (
        SELECT
            c.groups AS groups, c.model AS model, count() AS calls, sum(a.input_tokens) AS input,
            sum(a.output_tokens) AS output, sum(a.cache_read_tokens) AS read, sum(a.cache_write_tokens) AS written
        FROM calls AS c
        LEFT ANY JOIN answers AS a ON c.exchange_key = a.exchange_key
        GROUP BY groups, model
    ),
    arrayFirst(p -> model LIKE p.1, (
        SELECT groupArray((pattern, input, output, cache_read, cache_write))
        FROM (SELECT * FROM prices FINAL WHERE version = (SELECT max(version) FROM prices) ORDER BY place)
    )) AS price
SELECT
    team,
    model,
    sum(calls) AS requests,
    sum(input) AS input_tokens,
    sum(output) AS output_tokens,
    sum(read) AS cache_read_tokens,
    sum(written) AS cache_write_tokens,
    round(sum(input * price.2 + output * price.3 + read * price.4 + written * price.5) / 1e6, 4) AS cost
FROM spent
ARRAY JOIN if(empty(groups), [''], groups) AS team
WHERE {team:String} = '' OR team = {team:String}
GROUP BY team, model
ORDER BY cost DESC, requests DESC, team, model
