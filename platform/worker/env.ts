import * as z from "zod";

import type { SessionEnv } from "#chat/session-object";
import type { IdempotencyEnv } from "#idempotency/record-object";
import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environment-config";

/** The bindings of a tenant's Worker, as `wrangler.<environment>.jsonc` declares them. */
export interface WorkerEnv extends SessionEnv, IdempotencyEnv {
  readonly AI: Ai;
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly VECTORS: Vectorize;
  /** Name of the environment, in text. */
  readonly ENVIRONMENT: string;
}

const varsSchema = z.object({
  ENVIRONMENT: z.enum(ENVIRONMENTS),
});

/** Plain values of the environment, checked once. */
export interface WorkerVars {
  readonly environment: EnvironmentName;
}

/** Parses the text variables. Throws when the deployed configuration is not the rendered one. */
export function parseVars(env: WorkerEnv): WorkerVars {
  const { ENVIRONMENT } = varsSchema.parse(env);
  return { environment: ENVIRONMENT };
}
