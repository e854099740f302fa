-- title: Spend by team and model
-- question: Which team spent how much on which model?
-- control: SOC 2 CC4.1; ISO 27001 A.8.6
-- chart: team cost
-- A person of two teams counts for both: the rows of one call add up to more than it cost. Prices come from the
-- configuration; a model without one costs 0 here.
SELECT
    team,
    model,
    count() AS requests,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_write_tokens) AS cache_write_tokens,
    round(sum(cost), 4) AS cost
FROM exchanges
ARRAY JOIN if(empty(groups), [''], groups) AS team
WHERE at >= {begin:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
    AND ({team:String} = '' OR team = {team:String})
    AND model != ''
GROUP BY team, model
ORDER BY cost DESC, requests DESC, team, model
