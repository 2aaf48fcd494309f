/*
place    = 1
title    = "Failed and retried calls"
rule     = "A call that failed and was billed all the same: whoever asked had to ask again, or went without."
mends    = "Look at the provider's failure rate and at the retry policy: back off, and cap the attempts."
daily    = true
estimate = false
*/
SELECT span_no, cost_usd AS waste_usd, coalesce(error_type, 'failed') AS because
FROM calls
WHERE billed
  AND failed
  AND cost_usd > 0
  AND started_at >= $since
  AND started_at < $until
