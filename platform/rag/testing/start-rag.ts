import * as z from "#base/zod";

import type { ModelClient, TextPart } from "#ai-gateway/model-client";
import { systemClock } from "#base/clock";
import { ERROR_CODES, PlatformError, type ErrorCode } from "#base/errors";
import type { RagSettings, ReaderCall, SearchServices } from "#rag/rag-services";
import { SearchFlights } from "#rag/search-flights";
import { createD1DocumentStore } from "#storage/d1-document-store";
import { createKvSearchCache } from "#storage/kv-search-cache";
import type { Send } from "#storage/testing/remote-vectorize";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { createVectorizeVectorStore, type VectorizeOptions } from "#storage/vectorize-vector-store";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

/** The index of `@cf/baai/bge-base-en-v1.5`. */
const DIMENSIONS = 768;

export const acme = tenantIdSchema.parse("acme");
export const globex = tenantIdSchema.parse("globex");

export const testSettings: RagSettings = {
  embeddingModel: "@cf/baai/bge-base-en-v1.5",
  dimensions: DIMENSIONS,
  metric: "cosine",
  chatModel: "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
  chunking: { strategy: "markdown", unit: "characters", size: 400, overlap: 60 },
  topK: 5,
  retrieval: { lexical: true, vector: true, fusion: "rrf", vectorWeight: 0.5 },
  rerank: { when: "on-request", candidates: 30, model: "@cf/baai/bge-reranker-base" },
  understanding: { mode: "rules", model: "@cf/meta/llama-3.3-70b-instruct-fp8-fast" },
  cache: { enabled: true, ttlSeconds: 3_600 },
  redactPii: false,
};

/** By a reader without labels. */
export const testCall: ReaderCall = {
  settings: testSettings,
  context: { traceId: "trace-1", route: "/search" },
  acl: new Set(),
};

/** Knowledge over D1, Vectorize and models behind the runtime's own bindings, shared by both tenants. */
export interface TestRag {
  readonly services: SearchServices;
  readonly storage: TestStorage;
  readonly vectorOptions: VectorizeOptions;
  /** Waits for what goes on behind the answers. */
  settled(): Promise<void>;
  /** Rows of a tenant per table, and its vectors. */
  count(tenantId: string): Promise<{ readonly rows: number; readonly chunks: number; readonly ledger: number }>;
  dispose(): Promise<void>;
}

/** Boots `$WORKER_BUNDLE`, which is `rag-worker.ts`. */
export async function startRag(options: { readonly vectorVisibilityDelayMs?: number } = {}): Promise<TestRag> {
  const storage = await startStorage({ dimensions: DIMENSIONS, ...options });
  const send: Send = (path, body) => storage.runtime.fetch(path, { method: "POST", body: JSON.stringify(body) });
  const vectorOptions: VectorizeOptions = { mode: "namespace", dimensions: DIMENSIONS };
  const behind: Promise<unknown>[] = [];
  const services: SearchServices = {
    documents: createD1DocumentStore(storage.database),
    vectors: createVectorizeVectorStore(storage.vectors, vectorOptions),
    models: remoteModels(send),
    clock: systemClock,
    cache: {
      store: createKvSearchCache(storage.kv),
      flights: new SearchFlights(systemClock),
      waitUntil: (work) => {
        behind.push(work);
      },
    },
  };
  return {
    services,
    storage,
    vectorOptions,
    settled: async () => {
      await Promise.all(behind.splice(0));
    },
    count: (tenantId) => countRows(storage.database, tenantId),
    dispose: () => storage.dispose(),
  };
}

async function countRows(
  database: D1Database,
  tenantId: string,
): Promise<{ rows: number; chunks: number; ledger: number }> {
  const tables = ["documents", "chunks", "vectors"];
  const counts = await Promise.all(
    tables.map(async (table) => {
      const row = await database
        .prepare(`SELECT count(*) AS n FROM ${table} WHERE tenant_id = ?`)
        .bind(tenantId)
        .first();
      return z.object({ n: z.int() }).parse(row).n;
    }),
  );
  return { rows: counts[0] ?? 0, chunks: counts[1] ?? 0, ledger: counts[2] ?? 0 };
}

const failureSchema = z.object({ code: z.string(), message: z.string() });
const usageSchema = z.object({ tokensIn: z.int(), tokensOut: z.int(), isEstimate: z.boolean() });
const embeddingsSchema = z.object({
  model: z.string(),
  dimensions: z.int(),
  vectors: z.array(z.array(z.number())),
  usage: usageSchema,
});
const rerankingSchema = z.object({ model: z.string(), scores: z.array(z.number()), usage: usageSchema });
const partSchema: z.ZodMiniType<TextPart> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    type: z.literal("end"),
    usage: usageSchema,
    finishReason: z.enum(["stop", "length", "cancelled", "error"]),
  }),
]);

/** The real model client of the Worker, reached from node. */
function remoteModels(send: Send): ModelClient {
  return {
    async embed(tenantId, request) {
      return embeddingsSchema.parse(await (await checked(send("/embed", { tenantId, ...request }))).json());
    },
    async rerank(tenantId, request) {
      return rerankingSchema.parse(await (await checked(send("/rerank", { tenantId, ...request }))).json());
    },
    async streamText(tenantId, { model, messages }) {
      const response = await checked(send("/text", { tenantId, model, messages }));
      const parts = await readParts(response);
      return { model, logId: undefined, parts: toStream(parts), batches: toStream([parts]) };
    },
  };
}

/** What is there already, as if it came bit by bit. */
async function* toStream<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* await Promise.resolve(items);
}

async function readParts(response: Response): Promise<TextPart[]> {
  const lines = (await response.text()).split("\n");
  return lines.map((line) => partSchema.parse(JSON.parse(line)));
}

async function checked(sent: Promise<Response>): Promise<Response> {
  const response = await sent;
  if (response.ok) return response;
  const { code, message } = failureSchema.parse(await response.json());
  throw new PlatformError(isErrorCode(code) ? code : "internal", message);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
