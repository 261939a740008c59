-- What the queue's view asks for, found without a walk over a million rows.

-- The view lists the jobs of a batch in sections of states, each in the order of sending. The numbers are those of
-- `store/views.rs`.
ALTER TABLE job ADD COLUMN section INTEGER GENERATED ALWAYS AS (
  CASE state
    WHEN 'checking' THEN 0 WHEN 'uploading' THEN 0 WHEN 'finishing' THEN 0
    WHEN 'blocked' THEN 1 WHEN 'failed' THEN 1
    WHEN 'processing' THEN 2
    WHEN 'queued' THEN 3 WHEN 'waiting' THEN 3 WHEN 'paused' THEN 3
    WHEN 'done' THEN 4 WHEN 'skipped' THEN 4
    ELSE 5
  END
) VIRTUAL;
CREATE INDEX job_section ON job (batch_id, section, position, id);

-- Names of jobs of one batch that were added together, in small letters and one a line. A search looks through these, and
-- only where one holds what it looks for at the jobs themselves.
CREATE TABLE name_block (
  first_id      INTEGER PRIMARY KEY,
  last_id       INTEGER NOT NULL,
  batch_id      INTEGER NOT NULL,
  names         TEXT NOT NULL
) STRICT;
INSERT INTO name_block (first_id, last_id, batch_id, names)
  SELECT min(id), max(id), batch_id, group_concat(lower(name), char(10)) FROM job GROUP BY batch_id, id / 1000;
