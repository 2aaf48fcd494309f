-- What each call cost: every token class's quantity × the price line in force when the call started.
-- Before: `model_names` knows every provider and model of `fresh_calls`.

CREATE OR REPLACE TEMP TABLE priced AS
WITH used AS (
    SELECT span_no, token_class, quantity
    FROM (
        UNPIVOT fresh_calls
        ON input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other, audio_in, output_text,
            reasoning, audio_out
        INTO NAME token_class VALUE quantity
    )
),
asked AS (
    SELECT
        used.span_no, used.token_class, used.quantity, names.price_provider, names.price_model,
        fresh_calls.started_at,
        hour(fresh_calls.started_at) * 60 + minute(fresh_calls.started_at) AS minute_of_day,
        coalesce(fresh_calls.service_tier, 'standard') AS service_tier,
        coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens
    FROM used
    JOIN fresh_calls USING (span_no)
    LEFT JOIN model_names AS names
      ON names.provider = coalesce(fresh_calls.provider, '') AND names.model = coalesce(fresh_calls.model, '')
),
ranked AS (
    SELECT
        asked.span_no, asked.token_class, asked.quantity,
        lines.line_no, lines.usd_per_token,
        row_number() OVER (
            PARTITION BY asked.span_no, asked.token_class
            ORDER BY
                -- its own tier before the standard one, what was negotiated before the list,
                lines.service_tier = asked.service_tier DESC,
                CASE lines.layer WHEN 'override' THEN 0 WHEN 'contract' THEN 1 ELSE 2 END,
                -- the highest threshold passed, the hours of the day before the whole day
                lines.min_input_tokens DESC,
                lines.until_minute - lines.from_minute,
                lines.valid_from DESC
        ) AS choice
    FROM asked
    LEFT JOIN price_lines AS lines
      ON lines.provider = asked.price_provider
     AND lines.model = asked.price_model
     AND lines.token_class = asked.token_class
     AND lines.service_tier IN (asked.service_tier, 'standard')
     AND lines.min_input_tokens <= asked.input_tokens
     AND lines.valid_from <= asked.started_at AND asked.started_at < lines.valid_to
     AND lines.from_minute <= asked.minute_of_day AND asked.minute_of_day < lines.until_minute
)
SELECT
    span_no, token_class, quantity, line_no, usd_per_token,
    -- A count so large that its price does not fit is wrong, not expensive: NULL, and unpriced.
    TRY_CAST(quantity * usd_per_token AS DECIMAL(18, 12)) AS cost_usd
FROM ranked
WHERE choice = 1;

INSERT INTO charges
SELECT span_no, token_class, quantity, line_no, cost_usd
FROM priced
WHERE cost_usd IS NOT NULL AND quantity > 0
ORDER BY span_no;

INSERT INTO calls BY NAME
WITH costs AS (
    SELECT
        span_no,
        sum(cost_usd) AS cost_usd,
        string_agg(CASE WHEN quantity > 0 AND cost_usd IS NULL THEN token_class END, ', ' ORDER BY token_class)
            AS unpriced_classes
    FROM priced
    GROUP BY span_no
),
cached AS (
    -- What the cached tokens would have cost as plain input, less what they did cost.
    SELECT cache.span_no, sum(cache.quantity * (input.usd_per_token - cache.usd_per_token)) AS saved_usd
    FROM priced AS cache
    JOIN priced AS input ON input.span_no = cache.span_no AND input.token_class = 'input_uncached'
    WHERE cache.token_class IN ('cache_read', 'cache_write_5m', 'cache_write_1h', 'cache_write_other')
    GROUP BY cache.span_no
)
SELECT
    fresh_calls.* EXCLUDE (has_usage),
    CASE
        WHEN NOT billed THEN 0
        WHEN has_usage AND costs.unpriced_classes IS NULL THEN TRY_CAST(costs.cost_usd AS DECIMAL(18, 12))
    END AS cost_usd,
    CASE WHEN costs.unpriced_classes IS NULL THEN TRY_CAST(cached.saved_usd AS DECIMAL(18, 12)) END AS cache_saved_usd,
    CASE
        WHEN costs.unpriced_classes IS NOT NULL THEN
            'no price for ' || coalesce(nullif(model, ''), 'an unnamed model') || ' at '
            || coalesce(nullif(provider, ''), 'an unnamed provider') || ' on ' || strftime(started_at, '%Y-%m-%d')
            || ' (' || costs.unpriced_classes || ')'
    END AS unpriced_because
FROM fresh_calls
LEFT JOIN costs USING (span_no)
LEFT JOIN cached USING (span_no)
ORDER BY fresh_calls.started_at;
