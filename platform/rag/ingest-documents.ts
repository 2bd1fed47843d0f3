import { PlatformError } from "#base/errors";
import { deleteDoomedVectors, deleteListedVectors } from "#rag/delete-doomed-vectors";
import { embedTexts, MAX_TEXTS_PER_EMBEDDING } from "#rag/embed-texts";
import type { IngestDocument, IngestResponse } from "#rag/ingest-request";
import {
  digestDocuments,
  isStored,
  planDocument,
  type DigestedDocument,
  type DocumentPlan,
  type VectorToEmbed,
} from "#rag/plan-document";
import type { RagCall, RagServices } from "#rag/rag-services";
import type { DocumentReplacement, DocumentState, PlannedVector } from "#storage/document-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Chunks whose documents are prepared and written together: bounds memory, and small documents share their calls. */
const MAX_CHUNKS_PER_WAVE = 512;

/** Documents to store, and what the call is told. */
export interface IngestCall extends RagCall {
  /** From `parseIngestRequest`: ids are distinct. */
  readonly documents: readonly IngestDocument[];
  /** The job that the documents waited in. Each is settled in the transaction that stores it. */
  readonly job?: {
    readonly jobId: string;
    /** When they were accepted, milliseconds since the Unix epoch: whatever was accepted later wins. */
    readonly acceptedMs: number;
    /** Their positions in the job, by docId. */
    readonly indexes: ReadonlyMap<string, number>;
  };
}

/**
 * Stores documents so that they can be searched. A document that is there already costs one read; of a changed one,
 * only chunks whose text changed are embedded.
 *
 * Order of writes: vectors are announced in D1, written to Vectorize, then the version is swapped in one D1 transaction, then
 * old vectors are deleted. Search believes D1 alone, so an interruption anywhere leaves the old version or the new one searchable,
 * never a mixture; sending the same documents again ends in the same state.
 *
 * Errors: `payload_too_large`, `invalid_request`, `conflict` (somebody else changed a document meanwhile), those of the model client.
 * Documents before the failing wave are stored by then.
 */
export async function ingestDocuments(
  tenantId: TenantId,
  services: RagServices,
  call: IngestCall,
): Promise<IngestResponse> {
  const acceptedMs = call.job?.acceptedMs ?? services.clock.nowMs();
  const digested = await digestDocuments(call.documents, call.settings);
  const { documents: states, doomedVectors } = await services.documents.findStates(
    tenantId,
    call.documents.map(({ docId }) => docId),
  );
  await tidyUp(() => deleteListedVectors(tenantId, services, doomedVectors));

  const changed = digested.flatMap((document, index) => {
    const state = states[index];
    return isStored(document, state) ? [] : [{ document, state }];
  });
  const stored = await storeChanged(tenantId, services, changed, { ...call, acceptedMs });
  const confirmed = states.filter(({ docId, isInJob }) => isInJob && !stored.has(docId)).map(({ docId }) => docId);
  if (confirmed.length > 0) await services.documents.supersedeInJobs(tenantId, confirmed, acceptedMs);
  return {
    documents: states.map(({ docId, document }) => {
      const plan = stored.get(docId);
      return plan === undefined
        ? { docId, version: document?.version ?? 0, chunks: document?.chunks ?? 0, unchanged: true }
        : { docId, version: plan.version, chunks: plan.chunks, unchanged: false };
    }),
    count: states.length,
    embeddingModelId: call.settings.embeddingModel,
  };
}

type WavePlan = DocumentPlan & Pick<DocumentReplacement, "claim" | "supersedesBeforeMs"> & { readonly isNew: boolean };

/** Nothing was ever begun of it, so that storing it leaves no vectors over. */
function isNew({ state }: ChangedDocument): boolean {
  return state?.document === undefined && state?.hasPendingVectors !== true;
}

/** What a replacement has to settle in jobs: nothing, for most. */
function jobFields(
  item: ChangedDocument,
  { job, acceptedMs }: IngestCall & { readonly acceptedMs: number },
): Pick<DocumentReplacement, "claim" | "supersedesBeforeMs"> {
  const index = job?.indexes.get(idOf(item));
  return {
    ...(job === undefined || index === undefined ? {} : { claim: { jobId: job.jobId, index } }),
    ...(item.state?.isInJob === true ? { supersedesBeforeMs: acceptedMs } : {}),
  };
}

interface ChangedDocument {
  readonly document: DigestedDocument;
  readonly state: DocumentState | undefined;
}

type StoredVersions = ReadonlyMap<string, DocumentPlan["document"]>;

async function storeChanged(
  tenantId: TenantId,
  services: RagServices,
  changed: readonly ChangedDocument[],
  call: IngestCall & { readonly acceptedMs: number },
): Promise<StoredVersions> {
  const stored = new Map<string, DocumentPlan["document"]>();
  const known = changed.filter(({ state }) => state?.document !== undefined).map(idOf);
  const live = known.length === 0 ? undefined : await services.documents.listLiveVectors(tenantId, known);
  let wave: WavePlan[] = [];
  const flush = async (): Promise<void> => {
    await storeWave(tenantId, services, wave, call);
    for (const { document } of wave) stored.set(document.docId, document);
    wave = [];
  };
  for (const item of changed) {
    const told = { embeddingModel: call.settings.embeddingModel, nowMs: services.clock.nowMs() };
    const plan = await planDocument(tenantId, item.document, item.state?.document, live?.get(idOf(item)) ?? [], told);
    wave.push({ ...plan, ...jobFields(item, call), isNew: isNew(item) });
    if (chunksOf(wave) >= MAX_CHUNKS_PER_WAVE) await flush();
  }
  if (wave.length > 0) await flush();
  return stored;
}

async function storeWave(
  tenantId: TenantId,
  services: RagServices,
  wave: readonly WavePlan[],
  call: RagCall,
): Promise<void> {
  const toEmbed = wave.flatMap((plan) => plan.toEmbed);
  for (let start = 0; start < toEmbed.length; start += MAX_TEXTS_PER_EMBEDDING) {
    await storeVectors(tenantId, services, toEmbed.slice(start, start + MAX_TEXTS_PER_EMBEDDING), call);
  }
  const outcomes = await services.documents.replaceDocuments(tenantId, wave);
  const lost = wave.filter((_, index) => outcomes[index] !== "replaced");
  if (lost.length > 0)
    await services.documents.dismissVectors(
      tenantId,
      lost.flatMap((plan) => plan.toEmbed.map(toPlanned)),
    );
  const withOldVectors = [...wave.filter((plan) => !plan.isNew), ...lost].map(({ document }) => document.docId);
  if (withOldVectors.length > 0) await tidyUp(() => deleteDoomedVectors(tenantId, services, withOldVectors));
  if (lost.length === 0) return;
  throw new PlatformError("conflict", "A document was changed by another call at the same time. Send it again.", {
    details: lost.map(({ document }) => ({ field: "docId", message: `${document.docId} was changed meanwhile` })),
  });
}

async function storeVectors(
  tenantId: TenantId,
  services: RagServices,
  batch: readonly VectorToEmbed[],
  call: RagCall,
): Promise<void> {
  const values = await embedTexts(
    tenantId,
    services,
    batch.map(({ text }) => text),
    call,
  );
  await services.documents.planVectors(tenantId, batch.map(toPlanned));
  await services.vectors.upsert(
    tenantId,
    batch.map(({ vectorId, docId }, index) => ({ vectorId, docId, values: values[index] ?? [] })),
  );
}

/**
 * Vectorize or D1 failing here is nobody's trouble: the new version is stored or not, whatever the vectors do. They stay
 * doomed: no search returns them, and the tenant's next ingest removes them.
 */
async function tidyUp(work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => undefined);
}

/** Without the text, which the ledger does not keep. */
function toPlanned({ vectorId, docId, version, embeddingHash }: VectorToEmbed): PlannedVector {
  return { vectorId, docId, version, embeddingHash };
}

function idOf({ document }: ChangedDocument): string {
  return document.input.docId;
}

function chunksOf(wave: readonly DocumentPlan[]): number {
  return wave.reduce((sum, { chunks }) => sum + chunks.length, 0);
}
