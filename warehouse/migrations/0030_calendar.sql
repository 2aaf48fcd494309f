-- An instant becomes one of UTC by its number: the calendar of a zone is asked once for each, not twice.

CREATE OR REPLACE MACRO day_of(instant, zone) AS
    CAST(date_trunc('day', make_timestamptz(epoch_us(instant)) AT TIME ZONE zone) AS DATE);
CREATE OR REPLACE MACRO week_of(instant, zone) AS
    CAST(date_trunc('week', make_timestamptz(epoch_us(instant)) AT TIME ZONE zone) AS DATE);
CREATE OR REPLACE MACRO month_of(instant, zone) AS
    CAST(date_trunc('month', make_timestamptz(epoch_us(instant)) AT TIME ZONE zone) AS DATE);
