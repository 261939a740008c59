-- A folder that arrives under another name than its own.
ALTER TABLE source_folder ADD COLUMN arrives_as TEXT;
