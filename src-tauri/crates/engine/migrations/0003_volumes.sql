-- The disk, card or share that a folder without a parent was on when it was added.
CREATE TABLE source_volume (
  folder_id     INTEGER PRIMARY KEY,
  volume_id     TEXT NOT NULL,            -- stays the same wherever it is mounted
  name          TEXT NOT NULL,            -- as its user knows it
  mount         TEXT NOT NULL             -- where it was mounted; the folder's path begins with it
) STRICT;
