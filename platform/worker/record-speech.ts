import { canonicalJson } from "#base/canonical-json";
import { systemClock } from "#base/clock";
import { sha256Hex } from "#base/digest";
import { describeThrown, type Logger } from "#observability/logger";
import type { SpeechRun } from "#speech/speech-jobs";
import type { AuditLog } from "#storage/audit-log";
import type { TenantId } from "#tenancy/tenant-id";

/** Writes into the audit log who had what said and how it ended: of the text a digest. Never throws. */
export async function recordSpeech(
  tenantId: TenantId,
  { audit, log }: { readonly audit: AuditLog; readonly log: Logger },
  { request, traceId, principalId, startedMs }: SpeechRun,
  code: string | undefined,
): Promise<void> {
  const atMs = systemClock.nowMs();
  try {
    await audit.append(tenantId, {
      ...{ atMs, traceId, principal: principalId, tool: "text_to_speech", door: "speech", taint: "none" },
      argumentsSha256: await sha256Hex(canonicalJson(request)),
      durationMs: atMs - startedMs,
      ...(code === undefined ? { outcome: "ok" } : { outcome: "failed", code }),
    });
  } catch (error) {
    log.log("error", "audit_failed", { tenantId, dependency: "d1", error: describeThrown(error) });
  }
}
