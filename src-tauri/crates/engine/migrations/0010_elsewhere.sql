-- Files that a person sent to another place than the rest of their batch, since that one does not take them.

-- JSON: the place, and the id of the album once it is known; NULL where the file goes with its batch.
ALTER TABLE job ADD COLUMN elsewhere TEXT;
