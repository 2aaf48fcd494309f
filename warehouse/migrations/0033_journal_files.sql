-- Which file a mark was made in: one that was moved away, or restored from a backup, has another entry at the mark, or none.

ALTER TABLE journal_marks ADD COLUMN crc32 BIGINT;                      -- of the entry `loaded_seq`; NULL = not known

ALTER TABLE journal_marks ADD COLUMN former_entries BIGINT DEFAULT 0;   -- read of that day's files that are gone
