-- Records that were refused beside good ones: they are in no figure.
SELECT received_at, sender, culprit, sentence
FROM faults
WHERE received_at >= $since
  AND received_at < $until
  AND ($teams IS NULL OR list_contains($teams, sender))
ORDER BY received_at DESC, culprit
LIMIT 500
