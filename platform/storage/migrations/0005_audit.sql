-- What tools did, in one hash chain per tenant. Rows are added, sealed, and never changed; every key begins with the tenant.

CREATE TABLE audit_records (
  tenant_id TEXT NOT NULL,
  -- From 1, without gaps.
  seq INTEGER NOT NULL,
  -- Milliseconds since the Unix epoch.
  at INTEGER NOT NULL,
  trace_id TEXT NOT NULL,
  -- Id of the principal, never a key.
  principal TEXT NOT NULL,
  tool TEXT NOT NULL,
  -- execute, chat, completions or mcp.
  door TEXT NOT NULL,
  -- SHA-256 of the canonical JSON of the arguments, hex. The arguments themselves are kept nowhere.
  arguments_sha256 TEXT NOT NULL,
  -- ok, denied, failed or timeout.
  outcome TEXT NOT NULL,
  -- Error code; NULL when ok.
  code TEXT,
  duration_ms INTEGER NOT NULL,
  -- none, model or retrieved.
  taint TEXT NOT NULL,
  -- Hash of the record before; 64 zeros for the first. NULL, as the hash, until the record is sealed.
  prev_hash TEXT,
  -- SHA-256 over tenant, record and prev_hash, hex.
  hash TEXT,
  PRIMARY KEY (tenant_id, seq)
) STRICT, WITHOUT ROWID;

-- The last sealed record of each chain. It never goes back: a record that was removed behind it is missed.
CREATE TABLE audit_heads (
  tenant_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
