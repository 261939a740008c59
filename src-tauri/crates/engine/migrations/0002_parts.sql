-- Uploads in parts: what the server holds of files that are under way.

-- One upload that was begun for a job. Stored before its first part is sent, gone once the job is done.
CREATE TABLE parts_upload (
  job_id        INTEGER PRIMARY KEY,
  base          TEXT NOT NULL,            -- address of the multipart contract that it was begun at
  object_key    TEXT NOT NULL,
  upload_id     TEXT NOT NULL,
  album_id      TEXT NOT NULL,            -- where the asset will appear; it was said when the upload was begun
  size          INTEGER NOT NULL,         -- of the file that the parts are of
  modified_ns   INTEGER NOT NULL,
  file_id       TEXT NOT NULL,            -- volume and number of the file, as the system names them
  part_size     INTEGER NOT NULL,         -- of every part but the last
  begun_at      INTEGER NOT NULL,
  completing_at INTEGER,                  -- when the server was first asked to put the parts together: its answer may be lost
  md5           BLOB                      -- of the whole file; there when completing
) STRICT;

-- A part that the store has confirmed.
CREATE TABLE part (
  job_id        INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  md5           BLOB NOT NULL,
  etag          TEXT NOT NULL,            -- the store's word for it; the MD5 in hex, unless the store encrypts with KMS
  quick         INTEGER NOT NULL,         -- CRC-64/NVME of the same bytes: compares local ones at the speed of the disk
  md5_until     BLOB,                     -- running MD5 of the file up to this part's end, so that the sum goes on from here
  PRIMARY KEY (job_id, number)
) STRICT, WITHOUT ROWID;

-- Uploads that were given up, and that the server still has to be told of.
CREATE TABLE abort (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL,
  base          TEXT NOT NULL,
  object_key    TEXT NOT NULL,
  upload_id     TEXT NOT NULL,
  given_up_at   INTEGER NOT NULL
) STRICT;
