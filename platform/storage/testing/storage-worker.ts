import { forwardD1 } from "#storage/testing/forward-d1";
import { forwardVectorize } from "#storage/testing/forward-vectorize";

interface StorageWorkerEnv {
  readonly DB: D1Database;
  readonly VECTORS: Vectorize;
}

/** Holds the bindings that node cannot reach, or only slowly, for tests of the adapters. */
export default {
  fetch: (request, env) =>
    new URL(request.url).pathname === "/d1" ? forwardD1(env.DB, request) : forwardVectorize(env.VECTORS, request),
} satisfies ExportedHandler<StorageWorkerEnv>;
