/** True while a claimed document waits in its job. ?1 tenant, ?2 document, ?17 job, ?18 index. */
export const IS_WAITING = `EXISTS (SELECT 1 FROM ingest_job_documents WHERE tenant_id = ?1 AND doc_id = ?2
  AND job_id = ?17 AND doc_index = ?18 AND state = 'waiting')`;

/** Settles a claimed document. ?1 tenant, ?5 job, ?6 index. */
export const SETTLE_CLAIM = "DELETE FROM ingest_job_documents WHERE tenant_id = ?1 AND job_id = ?5 AND doc_index = ?6";

/**
 * Settles what jobs hold of documents that were accepted earlier: a later word on them counts. ?1 tenant.
 *
 * @param isDocument a condition on `doc_id`
 * @param acceptedMs when the later word was accepted
 */
export function supersede(isDocument: string, acceptedMs: string): string {
  return `DELETE FROM ingest_job_documents WHERE tenant_id = ?1 AND ${isDocument}
    AND job_id IN (SELECT job_id FROM ingest_jobs WHERE tenant_id = ?1 AND created_at < ${acceptedMs})`;
}
