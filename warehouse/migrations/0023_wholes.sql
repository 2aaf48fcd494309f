-- Incidents of a whole: a team, or the company, whose workflows together spend more, each too little to be told alone.

ALTER TABLE incidents ADD COLUMN whole VARCHAR;           -- team, company: of all of its workflows; NULL = of one, or of none
ALTER TABLE incident_leaves ADD COLUMN team VARCHAR;      -- whose spend a leaf is
ALTER TABLE incident_leaves ADD COLUMN workflow VARCHAR;
ALTER TABLE agenda ADD COLUMN whole VARCHAR;              -- team, company: said of an incident of it, and of none of its workflows
