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
