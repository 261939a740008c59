-- How often somebody has signed in to this account: each time leaves new secrets.
ALTER TABLE account ADD COLUMN sign_ins INTEGER NOT NULL DEFAULT 0;
