import { PlatformError } from "#base/errors";
import type { RouteSpec } from "#http/route";
import type { TenantConfig } from "#tenancy/tenant-config";

/** Longer than D1 lets a query run (30 s), which is the slowest of what is asked without a model. */
const STORAGE_MS = 40_000;

/** How long the beginning of an answer may take at most, in milliseconds. */
export type AnswerBound = (tenant: TenantConfig, spec: RouteSpec) => number;

/** What storage may take, and what a model may where one can be asked. */
export const answerBound: AnswerBound = ({ ai }, { method }) =>
  STORAGE_MS + (method === "POST" ? ai.timeouts.totalMs : 0);

/**
 * Ends the wait for an answer that does not come: a binding may hang without failing, and not every call has a time of its own.
 *
 * @throws PlatformError `unavailable` when the time is over
 */
export function answerInTime(answer: Promise<Response>, withinMs: number): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = "Something behind the service did not answer in time. Try again later.";
      reject(new PlatformError("unavailable", message, { headers: { "retry-after": "5" } }));
    }, withinMs);
  });
  return Promise.race([answer, late]).finally(() => {
    if (timer !== undefined) clearTimeout(timer);
  });
}
