-- What sorts a batch of a million without a look at its jobs.

-- 1: its lines are the names of the jobs from the first to the last, one for each.
ALTER TABLE name_block ADD COLUMN by_line INTEGER NOT NULL DEFAULT 0;
DELETE FROM name_block;
INSERT INTO name_block (first_id, last_id, batch_id, names, by_line)
  SELECT min(id), max(id), batch_id, group_concat(folded(name), char(10) ORDER BY id),
    max(id) - min(id) + 1 = count(*) AND sum(instr(name, char(10))) = 0
  FROM job GROUP BY batch_id, id / 1000;

-- Sizes of the jobs of a block of names, eight bytes each, the high one first. It is missing when its names are not by line,
-- and once a file's size has changed: then the jobs are asked.
CREATE TABLE size_block (
  first_id      INTEGER PRIMARY KEY,
  sizes         BLOB NOT NULL
) STRICT;
INSERT INTO size_block (first_id, sizes)
  SELECT min(id), unhex(group_concat(printf('%016x', size), '' ORDER BY id))
  FROM job GROUP BY batch_id, id / 1000 HAVING max(id) - min(id) + 1 = count(*);
