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
WITH kinds AS MATERIALIZED (
    -- What is asked for the prices of: a few kinds of calls, however many calls there are.
    SELECT
        row_number() OVER () AS kind,
        calls.provider, calls.model, calls.service_tier,
        coalesce(tier_names.tier, 'standard') AS tier
    FROM (
        SELECT DISTINCT coalesce(provider, '') AS provider, coalesce(model, '') AS model, service_tier FROM fresh_calls
    ) AS calls
    LEFT JOIN tier_names ON tier_names.provider = calls.provider AND tier_names.told = calls.service_tier
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
    -- The lines of a kind's token class, the one that wins first, whenever they hold.
    SELECT
        kinds.kind, lines.token_class, lines.line_no, lines.usd_per_token, lines.min_input_tokens,
        lines.valid_from, lines.valid_to, lines.from_minute, lines.until_minute,
        lines.service_tier = kinds.tier AS of_tier,
        lines.layer <> 'list' AS own,
        row_number() OVER (
            PARTITION BY kinds.kind, lines.token_class
            ORDER BY
                lines.service_tier = kinds.tier DESC,
                CASE lines.layer WHEN 'override' THEN 0 WHEN 'contract' THEN 1 WHEN 'discount' THEN 2 ELSE 3 END,
                lines.min_input_tokens DESC, lines.until_minute - lines.from_minute, lines.valid_from DESC,
                lines.line_no DESC
        ) AS place
    FROM kinds
    JOIN places ON places.provider = kinds.provider AND places.model = kinds.model
    JOIN price_lines AS lines
      ON lines.provider = places.line_provider
     AND lines.model = places.line_model
     AND (lines.layer = 'list') = places.listed
     AND (lines.service_tier = 'standard' OR lines.service_tier = kinds.tier AND places.tiers_hold)
),
used AS (
    SELECT span_no, kind, started_at, minute_of_day, tokens, token_class, quantity
    FROM (
        UNPIVOT (
            SELECT
                fresh_calls.span_no, kinds.kind, fresh_calls.started_at,
                hour(fresh_calls.started_at) * 60 + minute(fresh_calls.started_at) AS minute_of_day,
                -- A metric's sum is no request: it passes no threshold of one.
                CASE
                    WHEN fresh_calls.signal = 'metric' THEN 0
                    ELSE coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
                        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
                END AS tokens,
                input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other, audio_in, output_text,
                reasoning, audio_out
            FROM fresh_calls
            JOIN kinds
              ON kinds.provider = coalesce(fresh_calls.provider, '') AND kinds.model = coalesce(fresh_calls.model, '')
             AND kinds.service_tier IS NOT DISTINCT FROM fresh_calls.service_tier
        )
        ON input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other, audio_in, output_text,
            reasoning, audio_out
        INTO NAME token_class VALUE quantity
    )
),
chosen AS MATERIALIZED (
    SELECT
        used.span_no, used.token_class,
        any_value(used.kind) AS kind,
        any_value(used.quantity) AS quantity,
        arg_min(offered.line_no, offered.place) AS line_no,
        arg_min(offered.usd_per_token, offered.place) AS usd_per_token,
        bool_or(offered.of_tier) AS tier_sold,
        bool_or(offered.own) AS own_price
    FROM used
    LEFT JOIN offered
      ON offered.kind = used.kind
     AND offered.token_class = used.token_class
     AND offered.min_input_tokens <= used.tokens
     AND offered.valid_from <= used.started_at AND used.started_at < offered.valid_to
     AND offered.from_minute <= used.minute_of_day AND used.minute_of_day < offered.until_minute
    GROUP BY used.span_no, used.token_class
),
known AS (
    SELECT span_no, bool_or(tier_sold) AS tier_sold, bool_or(own_price) AS own_price
    FROM chosen
    GROUP BY span_no
)
SELECT
    chosen.span_no, chosen.token_class, chosen.quantity,
    -- The deployment's own price of a model settles what the list leaves open.
    CASE WHEN NOT coalesce(known.own_price, FALSE) THEN model_names.because END AS left_open,
    CASE WHEN known.tier_sold = FALSE THEN kinds.tier END AS unsold_tier,
    chosen.line_no, chosen.usd_per_token,
    -- A count so large that its price does not fit is wrong, not expensive: NULL, and unpriced.
    CASE
        WHEN left_open IS NULL AND unsold_tier IS NULL
            THEN TRY_CAST(chosen.quantity * chosen.usd_per_token AS DECIMAL(18, 12))
    END AS cost_usd
FROM chosen
JOIN known ON known.span_no = chosen.span_no
JOIN kinds ON kinds.kind = chosen.kind
LEFT JOIN model_names ON model_names.provider = kinds.provider AND model_names.model = kinds.model;

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
