-- The server was asked to put the parts together long ago, and the asset was looked for since then, in vain: only then may
-- an upload that the server does not know any more be begun anew.
ALTER TABLE parts_upload ADD COLUMN looked_for INTEGER NOT NULL DEFAULT 0;
