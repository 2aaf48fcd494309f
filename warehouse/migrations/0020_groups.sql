-- Which incident explains another: of those that began together for one reason, the dearest is the parent of the rest.

ALTER TABLE incidents ADD COLUMN parent_id VARCHAR;  -- another incident's id; NULL = it stands by itself
