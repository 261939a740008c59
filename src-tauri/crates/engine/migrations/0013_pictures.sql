-- The sums of pictures without their metadata, by the sums of the files that they are in: for *same picture, other tags*.
CREATE TABLE picture (
  md5           BLOB PRIMARY KEY,         -- of the whole file
  picture       BLOB                      -- of its image data alone; NULL: it is no picture that can be read
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_same ON picture (picture) WHERE picture IS NOT NULL;
