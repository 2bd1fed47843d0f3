import { forwardVectorize } from "#storage/testing/forward-vectorize";

interface StorageWorkerEnv {
  readonly VECTORS: Vectorize;
}

/** Holds the index, which node cannot reach, for tests of the adapters. */
export default {
  fetch: (request, env) => forwardVectorize(env.VECTORS, request),
} satisfies ExportedHandler<StorageWorkerEnv>;
