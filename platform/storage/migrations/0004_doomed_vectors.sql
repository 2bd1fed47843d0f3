-- Finds what an interruption left to be deleted, whichever document it was of.

CREATE INDEX vectors_doomed ON vectors (tenant_id, vector_id) WHERE state = 'doomed';
