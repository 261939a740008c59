-- Sums of large files, so that one that is sent again need not be hashed again.

CREATE TABLE fingerprint (
  file_id       TEXT PRIMARY KEY,         -- volume and number of the file, as the system names them
  size          INTEGER NOT NULL,         -- what these two say is compared before it is believed
  modified_ns   INTEGER NOT NULL,
  md5           BLOB NOT NULL,            -- of the whole file
  part_size     INTEGER NOT NULL,
  parts         BLOB NOT NULL,            -- MD5 and CRC-64/NVME of each part, 24 bytes a part in their order
  made_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
