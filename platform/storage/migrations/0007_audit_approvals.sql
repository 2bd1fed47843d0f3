-- Who has approved a call that a model wanted: id of a principal; NULL where nobody was asked.
ALTER TABLE audit_records ADD COLUMN approved_by TEXT;
