-- My Collections: what the tenant has, mirrored into a folder of this computer, one way.

-- Where the mirror is. There is one at most.
CREATE TABLE sync_folder (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  path          TEXT NOT NULL,
  marker        TEXT NOT NULL,            -- what the file in it that tells that it is ours holds
  volume        TEXT,                     -- what it is on, as it is known wherever it is mounted
  volume_name   TEXT,
  below         TEXT,                     -- its path below the mount
  moving_to     TEXT                      -- it is on its way there
) STRICT;

-- Collections that are, or were, kept on this computer.
CREATE TABLE mirrored_collection (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL REFERENCES account (id),
  collection    TEXT NOT NULL,            -- the tenant's id
  name          TEXT NOT NULL,
  folder        TEXT NOT NULL,            -- its folder's name below the sync folder; stays when the collection is renamed
  folder_key    TEXT NOT NULL UNIQUE,     -- as file systems compare it that know no case
  is_on         INTEGER NOT NULL,
  by_user       INTEGER NOT NULL,         -- somebody said so here; otherwise the mark of the web holds
  marked        INTEGER,                  -- in the web; NULL: the tenant does not tell
  wanted        INTEGER NOT NULL DEFAULT 0,   -- a run that was asked for
  runs          INTEGER NOT NULL DEFAULT 0,   -- runs that have ended
  removals      INTEGER NOT NULL DEFAULT 0,   -- files that would be removed, and wait for somebody to agree
  confirmed     INTEGER NOT NULL DEFAULT 0,   -- so many may be
  listed_at     INTEGER,                  -- the last complete list
  ran_at        INTEGER,                  -- the last run that came to its end
  failure       TEXT,                     -- why the last one did not
  UNIQUE (account_id, collection)
) STRICT;

-- Files of theirs. A row is there before the first byte is.
CREATE TABLE mirrored_file (
  mirror_id     INTEGER NOT NULL REFERENCES mirrored_collection (id),
  scheme        TEXT NOT NULL,
  asset         TEXT NOT NULL,
  name          TEXT NOT NULL,            -- the asset's, as the tenant says it
  path          TEXT NOT NULL,            -- the file's, within the collection's folder
  state         TEXT NOT NULL CHECK (state IN ('fetching', 'present')),
  size          INTEGER,                  -- these three: what the tenant said of the version that is here
  md5           TEXT,
  uploaded      INTEGER,
  local_size    INTEGER,                  -- these three: the file as Ferry has written it
  local_ns      INTEGER,
  local_md5     BLOB,
  checked_by    TEXT CHECK (checked_by IN ('md5', 'etag', 'twice')),
  missing_since INTEGER,                  -- a complete list did not name it; NULL: it is there
  etag          TEXT,                     -- of the download that is under way
  durable       INTEGER NOT NULL DEFAULT 0,   -- so many bytes of it are safe on the disk
  fetching_size INTEGER,                  -- these three: the version that is being fetched
  fetching_md5  TEXT,
  fetching_uploaded INTEGER,
  PRIMARY KEY (mirror_id, scheme, asset)
) STRICT, WITHOUT ROWID;

-- Files that left their collection, kept for thirty days.
CREATE TABLE held_file (
  id            INTEGER PRIMARY KEY,
  mirror_id     INTEGER NOT NULL REFERENCES mirrored_collection (id),
  scheme        TEXT NOT NULL,
  asset         TEXT NOT NULL,
  path          TEXT NOT NULL,            -- where it was, within the collection's folder
  held          TEXT NOT NULL,            -- its name in the holding folder
  size          INTEGER NOT NULL,
  held_at       INTEGER NOT NULL,
  looked_at     INTEGER NOT NULL,         -- these two: a clock that jumps shortens nothing
  kept_ms       INTEGER NOT NULL
) STRICT;

-- What happened lately, for showing.
CREATE TABLE mirror_activity (
  id            INTEGER PRIMARY KEY,
  mirror_id     INTEGER NOT NULL REFERENCES mirrored_collection (id),
  kind          TEXT NOT NULL,
  scheme        TEXT NOT NULL,
  asset         TEXT NOT NULL,
  path          TEXT NOT NULL,
  size          INTEGER NOT NULL,
  at            INTEGER NOT NULL
) STRICT;
