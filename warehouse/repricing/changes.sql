-- What each team's calls of each model would cost, beside what they cost now.
-- Before: `costs` of the calls.
SELECT
    calls.team,
    calls.provider,
    calls.model,
    count(*) AS calls,
    count(*) FILTER (
        WHERE calls.cost_usd IS DISTINCT FROM costs.cost_usd
           OR (calls.unpriced_because IS NULL) <> (costs.unpriced_because IS NULL)
    ) AS changed_calls,
    count(*) FILTER (WHERE calls.unpriced_because IS NOT NULL) AS unpriced_before,
    count(*) FILTER (WHERE costs.unpriced_because IS NOT NULL) AS unpriced_after,
    CAST(coalesce(sum(calls.cost_usd), 0) AS DECIMAL(38, 12)) AS before_usd,
    CAST(coalesce(sum(costs.cost_usd), 0) AS DECIMAL(38, 12)) AS after_usd
FROM calls
JOIN costs USING (span_no)
WHERE calls.billed
GROUP BY calls.team, calls.provider, calls.model
ORDER BY abs(after_usd - before_usd) DESC, calls.team, calls.provider, calls.model;
