-- Documents that were accepted and are stored later. Every key begins with the tenant.

CREATE TABLE ingest_jobs (
  tenant_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  -- Who sent it: its budgets pay.
  principal_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  -- Counts up each time the work is handed over. 0: the job is being written and nobody sees it yet.
  run INTEGER NOT NULL,
  -- Documents that were sent. Those without a row below are done.
  total INTEGER NOT NULL,
  -- Milliseconds since the Unix epoch. When the documents were accepted; of two jobs with one document the later one wins.
  created_at INTEGER NOT NULL,
  -- When something was done last, or handed over.
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, job_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX ingest_jobs_by_age ON ingest_jobs (tenant_id, created_at, job_id);

-- Only what is still to be done: a row goes when its document is stored, deleted, or stored by a later call.
CREATE TABLE ingest_job_documents (
  tenant_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  -- Position among the job's documents, from 0.
  doc_index INTEGER NOT NULL,
  doc_id TEXT NOT NULL,
  -- Documents of one part are stored together.
  part INTEGER NOT NULL,
  -- failed: a dead letter. It is kept until the job is too old, or is handed over again.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
  -- Of a dead letter: the error code and its public text.
  code TEXT,
  message TEXT,
  PRIMARY KEY (tenant_id, job_id, doc_index),
  FOREIGN KEY (tenant_id, job_id) REFERENCES ingest_jobs ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX ingest_job_documents_by_document ON ingest_job_documents (tenant_id, doc_id);

-- Documents as they were sent, as JSON in slices that fit into a row.
CREATE TABLE ingest_job_texts (
  tenant_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  doc_index INTEGER NOT NULL,
  slice INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (tenant_id, job_id, doc_index, slice),
  FOREIGN KEY (tenant_id, job_id, doc_index) REFERENCES ingest_job_documents ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
