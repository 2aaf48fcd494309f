-- What was recorded when months were closed: of one month, or of all, in order.
SELECT
    month, closed_at, closed_by, since_at, until_at, time_zone, total_usd, amount_usd,
    calls, unpriced_calls, incomplete_calls, price_versions, received_until, sha256
FROM closes
WHERE ($month IS NULL OR month = $month)
ORDER BY until_at
