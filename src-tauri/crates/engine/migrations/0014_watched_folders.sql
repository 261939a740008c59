-- Auto Sync: folders that are watched, and what was seen in them.

CREATE TABLE watched_folder (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL REFERENCES account (id),
  path          TEXT NOT NULL,            -- where it is now
  volume_id     TEXT,                     -- the disk, card or share that it is on, known wherever that is mounted; NULL: nothing tells
  volume_name   TEXT NOT NULL DEFAULT '',
  mount         TEXT NOT NULL DEFAULT '', -- where that was mounted; the path begins with it
  dest_kind     TEXT NOT NULL CHECK (dest_kind = 'folder' OR dest_kind = 'library'),
  dest_id       TEXT NOT NULL,            -- below it: Canto Connect / user / name
  dest_path     TEXT NOT NULL,
  user_name     TEXT NOT NULL,            -- as it was when the folder was added: a new name must not begin everything anew
  name          TEXT NOT NULL,            -- in the library; of two folders of one name the second has a number
  switched_on   INTEGER NOT NULL DEFAULT 1,
  include       TEXT NOT NULL DEFAULT '[]',
  exclude       TEXT NOT NULL DEFAULT '[]',
  wanted        INTEGER NOT NULL DEFAULT 0, -- counts how often a run was asked for …
  answered      INTEGER NOT NULL DEFAULT 0, -- … and which of these was answered last
  looking       INTEGER NOT NULL DEFAULT 0, -- a run is under way
  watching      TEXT NOT NULL DEFAULT 'not' CHECK (watching = 'not' OR watching = 'watching' OR watching = 'polling'),
  last_run      INTEGER,
  next_run      INTEGER,
  files         INTEGER NOT NULL DEFAULT 0, -- as the last whole run found them
  failure       TEXT,                     -- JSON of the Failure of the last run, or of watching
  added_at      INTEGER NOT NULL
) STRICT;

-- A folder below a watched one. A path would be stored once for each file; so it is stored once for each folder.
CREATE TABLE seen_folder (
  id            INTEGER PRIMARY KEY,
  watched_id    INTEGER NOT NULL,
  parent_id     INTEGER NOT NULL,         -- 0: it is the watched folder itself
  name          TEXT NOT NULL,
  UNIQUE (watched_id, parent_id, name)
) STRICT;

-- A file as it was when it was queued. Rows of a folder lie side by side in the order in which a folder is read; one of a file
-- that is gone stays, since the file may come back. What became of it in the library is the job's to tell.
CREATE TABLE seen_file (
  folder_id     INTEGER NOT NULL,
  name          TEXT NOT NULL,
  size          INTEGER NOT NULL,
  modified_ns   INTEGER NOT NULL,
  number        INTEGER,                  -- of the file on its volume; NULL: the system tells none
  job_id        INTEGER NOT NULL,         -- that sent it, or is to
  missed        INTEGER,                  -- when the library first said that the asset is not there; below 0: it said so twice, for good
  PRIMARY KEY (folder_id, name)
) STRICT, WITHOUT ROWID;
-- Where a file was before it was renamed or moved.
CREATE INDEX seen_file_number ON seen_file (number) WHERE number IS NOT NULL;

-- The watched folder whose files a batch sends.
ALTER TABLE batch ADD COLUMN watched_id INTEGER;
CREATE INDEX batch_watched ON batch (watched_id) WHERE watched_id IS NOT NULL;

-- Names of folders of the library that a root arrives in, below the destination, as a JSON array.
ALTER TABLE source_folder ADD COLUMN arrives_in TEXT;
