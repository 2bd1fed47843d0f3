-- Which sessions a principal has: the list only. Messages live in each session's own Durable Object.

CREATE TABLE sessions (
  tenant_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  message_count INTEGER NOT NULL,
  -- Milliseconds since the Unix epoch.
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_principal ON sessions (tenant_id, principal_id, updated_at, session_id);
