-- What a tenant's documents are searched by. Every key begins with the tenant.
-- Statements end with ";" at the end of a line and hold no other one, so that any tool can split them.

CREATE TABLE documents (
  tenant_id TEXT NOT NULL,
  doc_id TEXT NOT NULL,
  -- Counts up with each change. Only chunks of this version exist.
  version INTEGER NOT NULL,
  -- SHA-256 of the text as it was sent.
  content_hash TEXT NOT NULL,
  -- SHA-256 of everything that decides what is stored and indexed: text, fields, chunking, embedding model.
  fingerprint TEXT NOT NULL,
  title TEXT,
  source TEXT,
  url TEXT,
  -- JSON object of the caller's metadata.
  metadata TEXT NOT NULL DEFAULT '{}',
  -- JSON array of labels; who carries none of them may not see the document. Empty: everyone of the tenant.
  acl TEXT NOT NULL DEFAULT '[]',
  chunk_count INTEGER NOT NULL,
  -- UTF-8 bytes of the text.
  bytes INTEGER NOT NULL,
  -- Milliseconds since the Unix epoch.
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, doc_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
  -- The row of chunk_search that indexes this chunk.
  row_id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  doc_id TEXT NOT NULL,
  chunk_index INTEGER NOT NULL,
  -- Also the id of the chunk's vector.
  chunk_id TEXT NOT NULL,
  -- SHA-256 over the embedding model and the text it read.
  embedding_hash TEXT NOT NULL,
  -- Path of headings above the chunk.
  context TEXT NOT NULL,
  text TEXT NOT NULL,
  -- Position in the text as it was sent: UTF-16 code units, then UTF-8 bytes; ends are exclusive.
  start_unit INTEGER NOT NULL,
  end_unit INTEGER NOT NULL,
  start_byte INTEGER NOT NULL,
  end_byte INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX chunks_by_document ON chunks (tenant_id, doc_id, chunk_index);

CREATE UNIQUE INDEX chunks_by_id ON chunks (tenant_id, chunk_id);

-- BM25 over the chunks. It keeps the index only; the text stays in chunks.
-- tenant is one token (see match-expression.ts), so that a query reads postings of its own tenant.
CREATE VIRTUAL TABLE chunk_search USING fts5(
  tenant, title, context, text,
  content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2'
);

-- Every vector that may exist in Vectorize, written before it is. What an interrupted ingest leaves is found here.
CREATE TABLE vectors (
  tenant_id TEXT NOT NULL,
  doc_id TEXT NOT NULL,
  vector_id TEXT NOT NULL,
  -- The document version it was made for.
  version INTEGER NOT NULL,
  embedding_hash TEXT NOT NULL,
  -- pending: perhaps in Vectorize, not in use. live: a chunk uses it. doomed: to be deleted from Vectorize.
  state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'doomed')),
  PRIMARY KEY (tenant_id, vector_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX vectors_by_document ON vectors (tenant_id, doc_id, state);

-- Counts up with each change of a tenant's documents: part of every key of cached search results.
CREATE TABLE corpora (
  tenant_id TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
