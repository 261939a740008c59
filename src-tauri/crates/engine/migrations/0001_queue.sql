-- The queue. Times are Unix milliseconds passed in by the engine; states are words with a CHECK.

CREATE TABLE account (
  id            INTEGER PRIMARY KEY,
  tenant_url    TEXT NOT NULL,            -- https://acme.canto.com/
  user_id       TEXT NOT NULL,
  user_name     TEXT NOT NULL,
  email         TEXT NOT NULL,
  app_id        TEXT NOT NULL,            -- public half of the API key; the secret is in the keychain
  kind          TEXT NOT NULL CHECK (kind = 'browser' OR kind = 'client_credentials'),
  rights        TEXT NOT NULL,            -- JSON array of the tenant's words
  sign_in_required INTEGER NOT NULL DEFAULT 0,
  listing_delay INTEGER,                  -- longest time seen between a stored file and its line in the status list, ms
  created_at    INTEGER NOT NULL,
  UNIQUE (tenant_url, user_id)
) STRICT;

CREATE TABLE batch (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL REFERENCES account (id),
  label         TEXT NOT NULL,
  dest_kind     TEXT NOT NULL CHECK (dest_kind = 'folder' OR dest_kind = 'album' OR dest_kind = 'library'),
  dest_id       TEXT NOT NULL,
  dest_path     TEXT NOT NULL,
  request       TEXT NOT NULL,            -- JSON of the Enqueue, for going on with a scan
  state         TEXT NOT NULL CHECK (state = 'scanning' OR state = 'open' OR state = 'finished'),
  left_out      INTEGER NOT NULL DEFAULT 0,
  failure       TEXT,                     -- JSON of a Failure of the batch as a whole
  created_at    INTEGER NOT NULL,
  finished_at   INTEGER
) STRICT;
CREATE INDEX batch_open ON batch (id) WHERE state <> 'finished';

-- A local folder; its id is the batch id shifted left by 32 plus a number, so that a scan names folders by itself.
CREATE TABLE source_folder (
  id            INTEGER PRIMARY KEY,
  parent_id     INTEGER,                  -- NULL: `name` is an absolute path
  name          TEXT NOT NULL,
  arrives       INTEGER NOT NULL,         -- 1: it becomes a folder or album of its name; 0: its files go to the destination itself
  remote_folder TEXT,                     -- id of the library folder that it became, once known
  remote_album  TEXT                      -- id of the album that its files go to, once known
) STRICT;

CREATE TABLE job (
  id            INTEGER PRIMARY KEY,
  batch_id      INTEGER NOT NULL,
  folder_id     INTEGER NOT NULL,
  name          TEXT NOT NULL,            -- as shown; a name that is not Unicode has replacement characters and never gets past 'failed'
  size          INTEGER NOT NULL,
  modified_ns   INTEGER NOT NULL,
  lane          INTEGER NOT NULL,         -- 0 small files, 1 large ones: each has its own permits, so that neither waits for the other
  position      INTEGER NOT NULL,         -- lower goes first
  -- Written with OR: for a list, SQLite builds a small tree with every statement.
  state         TEXT NOT NULL CHECK (state = 'queued' OR state = 'checking' OR state = 'uploading' OR state = 'finishing' OR state = 'processing' OR state = 'done' OR state = 'paused' OR state = 'waiting' OR state = 'blocked' OR state = 'skipped' OR state = 'cancelled' OR state = 'failed'),
  waiting_for   TEXT CHECK (waiting_for = 'network' OR waiting_for = 'volume' OR waiting_for = 'sign_in' OR waiting_for = 'quiet' OR waiting_for = 'schedule' OR waiting_for = 'retry'),
  ready_at      INTEGER,
  wish          TEXT CHECK (wish = 'pause' OR wish = 'cancel'),   -- what the user asked for while it could not be obeyed yet
  key_tail      TEXT,                     -- of the attempt whose fate is open or known; stored before the request
  started_at    INTEGER,                  -- when that attempt started, by the clock here
  sent_at       INTEGER,                  -- when the object store confirmed it, by the clock here
  md5           BLOB,                     -- of the bytes that were read while sending
  etag_matched  INTEGER,
  failures      INTEGER NOT NULL DEFAULT 0,
  failure       TEXT,                     -- JSON of a Failure
  asset_scheme  TEXT,
  asset_id      TEXT,
  asset_url     TEXT,
  verification  TEXT CHECK (verification = 'etag_and_md5' OR verification = 'etag' OR verification = 'md5' OR verification = 'size'),
  done_at       INTEGER
) STRICT;
CREATE INDEX job_ready ON job (lane, position, id) WHERE state = 'queued';
-- Partial indexes are written with OR, since SQLite proves only then that a query for one of the states may use them.
CREATE INDEX job_unsettled ON job (state, waiting_for, ready_at)
  WHERE state = 'checking' OR state = 'uploading' OR state = 'finishing' OR state = 'processing' OR state = 'waiting';
CREATE INDEX job_attention ON job (state, id)
  WHERE state = 'blocked' OR state = 'failed' OR state = 'paused' OR state = 'skipped' OR state = 'cancelled';
CREATE INDEX job_batch ON job (batch_id, id);
-- One asset is the proof of one job only.
CREATE INDEX job_asset ON job (asset_id) WHERE asset_id IS NOT NULL;

-- What each failed try said.
CREATE TABLE attempt (
  job_id        INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  ended_at      INTEGER NOT NULL,
  failure       TEXT NOT NULL,
  PRIMARY KEY (job_id, number)
) STRICT, WITHOUT ROWID;

-- Running totals, so that a header over a million rows costs nothing.
CREATE TABLE batch_total (
  batch_id      INTEGER NOT NULL,
  state         TEXT NOT NULL,
  jobs          INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  PRIMARY KEY (batch_id, state)
) STRICT, WITHOUT ROWID;

-- What another program on the same data directory asks the running engine to do.
CREATE TABLE request (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  body          TEXT NOT NULL,            -- JSON of a Request
  answer        TEXT,                     -- JSON of its result
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
  key           TEXT PRIMARY KEY,
  value         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
