-- The duplicate check. A job that still has to be looked for is in lane 2, one that waits for its twin's fate in lane 3: no
-- transfer claims from those.

-- The rule that a batch was begun with.
ALTER TABLE batch ADD COLUMN duplicates TEXT NOT NULL DEFAULT 'off';

-- What the tenant's word for the user's role is, where it tells one.
ALTER TABLE account ADD COLUMN role TEXT;

-- MD5 of whole files, so that one that was hashed or sent before is neither opened nor hashed again. (Those of large files'
-- parts are in `fingerprint`.)
CREATE TABLE file_sum (
  file_key      TEXT PRIMARY KEY,         -- volume, as it is known wherever it is mounted, and number of the file
  size          INTEGER NOT NULL,         -- this and the times are compared before it is believed
  modified_ns   INTEGER NOT NULL,
  changed_ns    INTEGER,                  -- when anything of the file changed, where the system tells it: nobody can set it back
  path_hash     INTEGER NOT NULL,         -- a move changes that time, too, and nothing else
  md5           BLOB NOT NULL,
  made_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was delivered, by its bytes.
CREATE INDEX job_delivered ON job (md5) WHERE state = 'done';

-- What the check has found out about jobs that go on, or wait for another one.
CREATE TABLE checked (
  job_id        INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL,
  name_key      TEXT NOT NULL,            -- the name as it is compared
  md5           BLOB,                     -- of the file as it was looked at; NULL where only the name counts
  twin_of       INTEGER,                  -- the job whose fate it waits for
  version_scheme TEXT,                    -- becomes a new version of this asset
  version_asset TEXT,
  versions      INTEGER                   -- so many it had before
) STRICT;
CREATE INDEX checked_name ON checked (account_id, name_key);
CREATE INDEX checked_md5 ON checked (md5) WHERE md5 IS NOT NULL;
CREATE INDEX checked_twin ON checked (twin_of) WHERE twin_of IS NOT NULL;

-- The asset that an upload in parts was begun as a new version of.
ALTER TABLE parts_upload ADD COLUMN version_of TEXT NOT NULL DEFAULT '';
