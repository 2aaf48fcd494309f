-- What each call costs: every token class's quantity × the price line in force when the call started.
-- Writes nothing but temporary tables, so that a repricing can look before it changes anything.
-- Before: `model_names` knows every provider and model of `fresh_calls`, `tier_names` every service tier.
--
-- Which line, of those in force for the class:
--   1. The call's own service tier, else the standard one, which is allowed only for classes that a tier the model
--      sells does not name. A tier in which the model has no line at all leaves the call unpriced: its standard price
--      is not what was billed. The list's tiers hold at the provider that lists them, not where the model is resold.
--   2. override, contract, discount, list.
--   3. The highest threshold the request's input passes (it prices the whole request), the hours of the day before
--      the whole day, the latest date.
-- A price of the deployment's own is looked up under the name as it was sent and under the list's, at whoever bills.

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
        used.span_no, used.token_class, used.quantity,
        coalesce(fresh_calls.provider, '') AS provider,
        coalesce(fresh_calls.model, '') AS model,
        fresh_calls.started_at,
        hour(fresh_calls.started_at) * 60 + minute(fresh_calls.started_at) AS minute_of_day,
        coalesce(tier_names.tier, 'standard') AS tier,
        -- A metric's sum is no request: it passes no threshold of one.
        CASE
            WHEN fresh_calls.signal = 'metric' THEN 0
            ELSE coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
                + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
        END AS input_tokens
    FROM used
    JOIN fresh_calls USING (span_no)
    LEFT JOIN tier_names
      ON tier_names.provider = coalesce(fresh_calls.provider, '') AND tier_names.told = fresh_calls.service_tier
),
owners AS (
    SELECT provider, model, provider AS owner FROM model_names
    UNION
    SELECT provider, model, seller AS owner FROM model_names
),
titles AS (
    SELECT provider, model, model AS title FROM model_names
    UNION
    SELECT provider, model, price_model AS title FROM model_names
),
places AS (
    SELECT
        provider, model, TRUE AS listed, price_provider AS line_provider, price_model AS line_model,
        coalesce(seller = price_provider, FALSE) AS tiers_hold
    FROM model_names
    UNION ALL
    SELECT owners.provider, owners.model, FALSE AS listed, owners.owner, titles.title, TRUE AS tiers_hold
    FROM owners
    JOIN titles USING (provider, model)
),
offered AS (
    SELECT
        asked.span_no, asked.token_class, asked.quantity, asked.tier, asked.provider, asked.model,
        lines.line_no, lines.layer, lines.service_tier, lines.min_input_tokens, lines.valid_from,
        lines.until_minute - lines.from_minute AS minutes,
        lines.usd_per_token
    FROM asked
    JOIN places ON places.provider = asked.provider AND places.model = asked.model
    JOIN price_lines AS lines
      ON lines.provider = places.line_provider
     AND lines.model = places.line_model
     AND lines.token_class = asked.token_class
     AND (lines.layer = 'list') = places.listed
     AND (lines.service_tier = 'standard' OR lines.service_tier = asked.tier AND places.tiers_hold)
     AND lines.min_input_tokens <= asked.input_tokens
     AND lines.valid_from <= asked.started_at AND asked.started_at < lines.valid_to
     AND lines.from_minute <= asked.minute_of_day AND asked.minute_of_day < lines.until_minute
),
known AS (
    SELECT
        span_no,
        bool_or(service_tier = tier) AS tier_sold,
        bool_or(layer <> 'list') AS own_price
    FROM offered
    GROUP BY span_no
),
ranked AS (
    SELECT
        span_no, token_class, line_no, usd_per_token,
        row_number() OVER (
            PARTITION BY span_no, token_class
            ORDER BY
                service_tier = tier DESC,
                CASE layer WHEN 'override' THEN 0 WHEN 'contract' THEN 1 WHEN 'discount' THEN 2 ELSE 3 END,
                min_input_tokens DESC, minutes, valid_from DESC, line_no DESC
        ) AS choice
    FROM offered
),
chosen AS (
    SELECT
        asked.span_no, asked.token_class, asked.quantity,
        -- The deployment's own price of a model settles what the list leaves open.
        CASE WHEN NOT coalesce(known.own_price, FALSE) THEN model_names.because END AS left_open,
        CASE WHEN known.tier_sold = FALSE THEN asked.tier END AS unsold_tier,
        ranked.line_no, ranked.usd_per_token
    FROM asked
    LEFT JOIN model_names ON model_names.provider = asked.provider AND model_names.model = asked.model
    LEFT JOIN known ON known.span_no = asked.span_no
    LEFT JOIN ranked
      ON ranked.span_no = asked.span_no AND ranked.token_class = asked.token_class AND ranked.choice = 1
)
SELECT
    span_no, token_class, quantity, left_open, unsold_tier, line_no, usd_per_token,
    -- A count so large that its price does not fit is wrong, not expensive: NULL, and unpriced.
    CASE
        WHEN left_open IS NULL AND unsold_tier IS NULL THEN TRY_CAST(quantity * usd_per_token AS DECIMAL(18, 12))
    END AS cost_usd
FROM chosen;

CREATE OR REPLACE TEMP TABLE costs AS
WITH summed AS (
    SELECT
        span_no,
        sum(cost_usd) AS cost_usd,
        string_agg(token_class, ', ' ORDER BY token_class) FILTER (WHERE quantity > 0 AND cost_usd IS NULL)
            AS unpriced_classes,
        min(left_open) AS left_open,
        min(unsold_tier) AS unsold_tier
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
    fresh_calls.span_no,
    CASE
        WHEN NOT billed THEN 0
        WHEN has_usage AND summed.unpriced_classes IS NULL THEN TRY_CAST(summed.cost_usd AS DECIMAL(18, 12))
    END AS cost_usd,
    CASE WHEN summed.unpriced_classes IS NULL THEN TRY_CAST(cached.saved_usd AS DECIMAL(18, 12)) END AS cache_saved_usd,
    CASE
        WHEN summed.unpriced_classes IS NOT NULL THEN
            'no ' || CASE WHEN summed.left_open IS NULL THEN coalesce(summed.unsold_tier || ' ', '') ELSE '' END
            || 'price for ' || coalesce(nullif(model, ''), 'an unnamed model') || ' at '
            || coalesce(nullif(provider, ''), 'an unnamed provider') || ' on ' || strftime(started_at, '%Y-%m-%d')
            || CASE
                WHEN summed.left_open IS NOT NULL THEN ': ' || summed.left_open
                WHEN summed.unsold_tier IS NOT NULL THEN ', and its standard price is not what was billed'
                ELSE ' (' || summed.unpriced_classes || ')'
            END
    END AS unpriced_because
FROM fresh_calls
LEFT JOIN summed USING (span_no)
LEFT JOIN cached USING (span_no);
