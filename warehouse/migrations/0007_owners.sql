-- Who owes a span, told more finely: an account of its own, and a team that a gateway's payload named.
-- `owner` keeps apart what one gateway sends for several teams: '' but for what it sends for a team it may speak for.

ALTER TABLE spans ADD COLUMN cost_centre VARCHAR;      -- as told; NULL = the team's own, from `teams`
ALTER TABLE spans ADD COLUMN team_believed BOOLEAN;    -- TRUE: the payload named the team, and its key may speak for it

ALTER TABLE calls ADD COLUMN cost_centre VARCHAR;
ALTER TABLE calls ADD COLUMN owner VARCHAR DEFAULT '';

ALTER TABLE task_parts ADD COLUMN owner VARCHAR DEFAULT '';
ALTER TABLE tasks ADD COLUMN owner VARCHAR DEFAULT '';

ALTER TABLE hours ADD COLUMN cost_centre VARCHAR;
