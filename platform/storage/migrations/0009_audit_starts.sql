-- Of the record of how a call ended: the number of the record that said, before it changed anything, that it was about to; NULL
-- for calls that change nothing. An outcome may be started, too.
ALTER TABLE audit_records ADD COLUMN start_seq INTEGER;
