-- Upload Links and Workspaces: accounts that show one place of a tenant.

-- JSON of what the place is; NULL: an account of the whole tenant. Its address, whose code may be all that is needed to
-- upload, is in the vault alone. What names the account is the place's id, which opens nothing, as part of user_id.
ALTER TABLE account ADD COLUMN place TEXT;
-- The error code for which it waits, as long as sign_in_required is set.
ALTER TABLE account ADD COLUMN place_trouble TEXT;
