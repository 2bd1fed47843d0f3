import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import { networkReason } from "#tools/command/network-reason";
import type { Paint } from "#tools/command/paint";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import type { SmokeCheck } from "#tools/tenant/smoke/smoke-checks";

/** How one check ended. */
export interface SmokeResult {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  /** Why it failed. */
  readonly reason?: string;
}

const CHECK_TIMEOUT_MS = 60_000;

/** Runs the checks one after the other; a failed one does not stop the rest. `onResult` hears each as it ends. */
export async function runSmoke(
  checks: readonly SmokeCheck[],
  address: TenantAddress,
  onResult: (result: SmokeResult) => void,
): Promise<SmokeResult[]> {
  const results: SmokeResult[] = [];
  for (const check of checks) {
    const result = await runCheck(check, address);
    onResult(result);
    results.push(result);
  }
  return results;
}

async function runCheck({ name, run }: SmokeCheck, address: TenantAddress): Promise<SmokeResult> {
  const startedMs = performance.now();
  const elapsed = () => Math.round(performance.now() - startedMs);
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error(`no result after ${CHECK_TIMEOUT_MS / 1_000} s`)),
    CHECK_TIMEOUT_MS,
  );
  try {
    await Promise.race([run(address), timeout.promise]);
    return { name, ok: true, ms: elapsed() };
  } catch (error) {
    return { name, ok: false, ms: elapsed(), reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** One line for a result, and its reason below it. Pure. */
export function formatResult({ name, ok, ms, reason }: SmokeResult, paint: Paint): string {
  const mark = ok ? paint("green", "✓") : paint("red", "✗");
  const time = paint("dim", `${ms} ms`);
  return `${mark} ${name} ${time}${reason === undefined ? "" : `\n    ${paint("red", reason)}`}`;
}

/** The last line. Pure. */
export function formatSummary(results: readonly SmokeResult[], paint: Paint): string {
  const failed = results.filter((result) => !result.ok).length;
  const passed = results.length - failed;
  return failed === 0
    ? paint("green", `all ${passed} checks passed`)
    : paint("red", `${failed} of ${results.length} checks failed`);
}

/** The first line of a message, with what an API error says beside it. */
function reasonOf(error: unknown): string {
  if (error instanceof z.core.$ZodError) return `unexpected answer: ${z.prettifyError(error).replace(/\s+/g, " ")}`;
  if (!(error instanceof Error)) return String(error);
  const why = error instanceof CommandError && error.hints.why !== undefined ? ` (${error.hints.why})` : "";
  return `${networkReason(error).split("\n", 1)[0] ?? ""}${why}`;
}
