-- Words and values that assets get once they are there.

-- Stored once, however many jobs have them.
CREATE TABLE value_set (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL,
  digest        BLOB NOT NULL UNIQUE,     -- of the account and the body, so that equal ones are found
  body          TEXT NOT NULL             -- JSON: the values, and which of the tags go with the upload itself
) STRICT;

-- What all files of a batch get.
ALTER TABLE batch ADD COLUMN values_id INTEGER;
-- 1: some of its files get others, which `file_value` names.
ALTER TABLE batch ADD COLUMN by_file INTEGER NOT NULL DEFAULT 0;

-- NULL: nothing is set after the upload.
ALTER TABLE job ADD COLUMN values_id INTEGER;
-- NULL beside a values_id: waiting.
ALTER TABLE job ADD COLUMN values_state TEXT CHECK (values_state = 'applied' OR values_state = 'refused');
-- JSON of a Failure.
ALTER TABLE job ADD COLUMN values_failure TEXT;
CREATE INDEX job_values_due ON job (values_id, id)
  WHERE values_id IS NOT NULL AND values_state IS NULL AND state = 'done';
CREATE INDEX job_values_refused ON job (batch_id, id) WHERE values_state = 'refused';

-- While a batch is scanned: which files get values of their own.
CREATE TABLE file_value (
  batch_id      INTEGER NOT NULL,
  file          TEXT NOT NULL,            -- a name, from a sheet, or an absolute path, from the user
  values_id     INTEGER NOT NULL,         -- instead of the batch's: for a name; over what else there is: for a path
  PRIMARY KEY (batch_id, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE metadata_template (
  account_id    INTEGER NOT NULL,
  name          TEXT NOT NULL,
  body          TEXT NOT NULL,            -- JSON of the values
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

-- A tenant's fields as they were when it was last asked.
CREATE TABLE metadata_form (
  account_id    INTEGER PRIMARY KEY,
  body          TEXT NOT NULL             -- JSON of the form
) STRICT;

-- Where columns of a sheet went before, by their names.
CREATE TABLE sheet_columns (
  account_id    INTEGER NOT NULL,
  destination   TEXT NOT NULL,            -- kind and id
  body          TEXT NOT NULL,            -- JSON: column name to target
  PRIMARY KEY (account_id, destination)
) STRICT, WITHOUT ROWID;

-- Tags and keywords that were used before, to be suggested again.
CREATE TABLE word_used (
  account_id    INTEGER NOT NULL,
  list          TEXT NOT NULL CHECK (list = 'tags' OR list = 'keywords'),
  word          TEXT NOT NULL,
  used_at       INTEGER NOT NULL,
  PRIMARY KEY (account_id, list, word)
) STRICT, WITHOUT ROWID;
