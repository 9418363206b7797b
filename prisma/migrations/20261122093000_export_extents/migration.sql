-- What the rows of a file were made of: a million of them are then held against the rights by counting, not one by one.
ALTER TABLE data_export_part ADD COLUMN extent jsonb;
