-- Incidents of one model of a workflow: where the workflow itself is in line, and its other models pay for nothing.

ALTER TABLE incidents ADD COLUMN of_model VARCHAR;        -- the model that all of it is of; NULL = of all of them
