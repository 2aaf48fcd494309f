-- The day, the week (its Monday) and the month of an instant, which is UTC, where people live.

CREATE MACRO day_of(instant, zone) AS CAST(date_trunc('day', instant AT TIME ZONE 'UTC' AT TIME ZONE zone) AS DATE);
CREATE MACRO week_of(instant, zone) AS CAST(date_trunc('week', instant AT TIME ZONE 'UTC' AT TIME ZONE zone) AS DATE);
CREATE MACRO month_of(instant, zone) AS CAST(date_trunc('month', instant AT TIME ZONE 'UTC' AT TIME ZONE zone) AS DATE);
