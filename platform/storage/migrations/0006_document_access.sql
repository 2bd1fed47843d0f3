-- The index of words says who may read: the column tenant of chunk_search holds one token per label of the document, or the
-- one for everybody of the tenant (see match-expression.ts). What was indexed before is indexed anew.

INSERT INTO chunk_search (chunk_search) VALUES ('delete-all');

INSERT INTO chunk_search (rowid, tenant, title, context, text)
SELECT c.row_id,
  CASE d.acl WHEN '[]' THEN 't' || lower(hex(c.tenant_id)) || 'x0' ELSE (
    SELECT group_concat('t' || lower(hex(c.tenant_id)) || 'l' || lower(hex(value)) || '0', ' ') FROM json_each(d.acl)
  ) END,
  coalesce(d.title, ''), c.context, c.text
FROM chunks c JOIN documents d ON d.tenant_id = c.tenant_id AND d.doc_id = c.doc_id;
