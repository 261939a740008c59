-- Files of a watched folder that are still being written, as far as its last look can tell.

ALTER TABLE watched_folder ADD COLUMN unfinished INTEGER NOT NULL DEFAULT 0;
