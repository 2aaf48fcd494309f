-- Billed calls whose clocks ran ahead of ours.
SELECT count(*) AS calls
FROM calls
WHERE billed AND started_at > $now
