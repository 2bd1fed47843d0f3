import type { CallContext, TokenUsage } from "#ai-gateway/model-client";
import type { Principal } from "#auth/principal";
import { canonicalJson } from "#base/canonical-json";
import type { Clock } from "#base/clock";
import { sha256Hex } from "#base/digest";
import { PlatformError, toPlatformError } from "#base/errors";
import { findHostileShape } from "#base/json-shape";
import { parseArguments, parseResult } from "#llm-tools/check-values";
import type { ToolRegistry } from "#llm-tools/registry";
import { runWithin } from "#llm-tools/run-within";
import type { Tool } from "#llm-tools/tool";
import { mayUseTool, requireTool } from "#llm-tools/tool-access";
import type { ToolProgress, ToolServices } from "#llm-tools/tool-context";
import type { AuditEntry, AuditLog, ToolDoor, ToolTaint } from "#storage/audit-log";
import type { TenantId } from "#tenancy/tenant-id";
import type { ToolsConfig } from "#tenancy/tools-config";
import { TOOL_NAME_PATTERN } from "#tenancy/tool-name";

/** What the dispatcher needs of the Worker, for one tenant. */
export interface ToolHost {
  readonly tools: ToolRegistry;
  readonly config: ToolsConfig;
  readonly services: ToolServices;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Keeps the isolate alive until a run is recorded, also when its caller has left. */
  readonly keepAlive: (work: Promise<unknown>) => void;
  /** Told of each call when it has ended, with the private causes of its failure. Must not throw. */
  readonly onEnd: (entry: AuditEntry, failure: unknown) => void;
}

/** One wish to run a tool. */
export interface ToolCall {
  /** As the caller wrote it. */
  readonly tool: string;
  /** Parsed JSON, unchecked. */
  readonly arguments: unknown;
  /** Most time for the run, milliseconds; never more than the tool's own. */
  readonly timeoutMs?: number | undefined;
  readonly door: ToolDoor;
  /** `none` for what the caller itself has named: then no approval is asked. */
  readonly taint: ToolTaint;
  readonly principal: Principal;
  /** Id of the principal that has approved this very call. Asked of calls that a model wants. */
  readonly approvedBy?: string | undefined;
  /** Why it must not run, whatever the rules below say. It is recorded all the same. */
  readonly refusal?: PlatformError;
  readonly context: CallContext;
  readonly onProgress?: (progress: ToolProgress) => void;
}

/** A tool's answer. */
export interface ToolRun {
  readonly tool: string;
  /** What the tool's output schema let through. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly durationMs: number;
  /** Tokens of all models that the tool asked; absent when it asked none. */
  readonly usage?: TokenUsage;
}

/**
 * Runs a tool for a caller, or refuses to: the one way to a tool, whichever door the call comes by. Whatever happens is
 * recorded; a result that cannot be recorded is withheld.
 *
 * Errors: `tool_not_found`, `tool_forbidden`, `invalid_request` (arguments), `tool_failed`, `tool_timeout`, those of models
 * and budgets; `internal` when the record could not be written; the signal's reason when the caller leaves.
 */
export async function runTool(tenantId: TenantId, host: ToolHost, call: ToolCall): Promise<ToolRun> {
  const work = runAndRecord(tenantId, host, call);
  host.keepAlive(work.catch(() => undefined));
  return work;
}

async function runAndRecord(tenantId: TenantId, host: ToolHost, call: ToolCall): Promise<ToolRun> {
  const startedMs = host.clock.nowMs();
  const about = describeCall(call);
  const steps: Steps = { hasStarted: false };
  let run: Pick<ToolRun, "result" | "usage"> | undefined;
  let failure: unknown;
  try {
    run = await admitAndRun(tenantId, host, call, { about, steps });
  } catch (thrown) {
    failure = thrown;
  }
  const durationMs = host.clock.nowMs() - startedMs;
  const entry: AuditEntry = {
    ...(await about),
    atMs: host.clock.nowMs(),
    ...outcomeOf(run !== undefined, failure, steps.hasStarted, call.context.signal),
    durationMs,
    ...(steps.startSeq === undefined ? {} : { startSeq: steps.startSeq }),
  };
  host.onEnd(entry, failure);
  const recorded = recordEnd(tenantId, host.audit, entry);
  // A log that has just failed is not waited for once more: nothing has happened that it would have to tell.
  if (failure instanceof UnrecordedStart) host.keepAlive(recorded.catch(() => undefined));
  else await recorded;
  if (run === undefined) throw failure;
  return { tool: call.tool, ...run, durationMs };
}

/** What the records of a call's start and of its end have in common. */
type CallRecord = Omit<AuditEntry, "atMs" | "outcome" | "code" | "durationMs" | "startSeq">;

/** How far a call has come. */
interface Steps {
  hasStarted: boolean;
  /** Number of the record of its start, where it changes something. */
  startSeq?: number;
}

async function describeCall(call: ToolCall): Promise<CallRecord> {
  return {
    traceId: call.context.traceId,
    principal: call.principal.id,
    tool: TOOL_NAME_PATTERN.test(call.tool) ? call.tool : UNKNOWN_TOOL,
    door: call.door,
    argumentsSha256: await digestArguments(call.arguments),
    taint: call.taint,
    ...(call.approvedBy === undefined ? {} : { approvedBy: call.approvedBy }),
  };
}

async function admitAndRun(
  tenantId: TenantId,
  host: ToolHost,
  call: ToolCall,
  { about, steps }: { readonly about: Promise<CallRecord>; readonly steps: Steps },
): Promise<Pick<ToolRun, "result" | "usage">> {
  if (call.refusal !== undefined) throw call.refusal;
  const tool = host.tools.get(call.tool);
  if (tool === undefined)
    throw new PlatformError("tool_not_found", "There is no such tool. GET /tools lists those you may use.");
  requireTool(host.config, call.principal, tool);
  const input = parseArguments(tool, call.arguments);
  if (needsApproval(tool, call))
    throw new PlatformError("tool_forbidden", `The tool "${tool.name}" writes: a model's call of it needs approval.`);
  if (tool.effect === "writes") steps.startSeq = await recordStart(tenantId, host, about);
  steps.hasStarted = true;
  const usages: TokenUsage[] = [];
  const result = await runWithin(limitOf(tool, call), call.context.signal, (signal) =>
    tool.run(tenantId, input, {
      services: host.services,
      signal,
      call: { ...call.context, signal },
      acl: call.principal.acl,
      reader: call.door === "execute" ? "program" : "model",
      report: (progress) => call.onProgress?.(progress),
      addUsage: (usage) => usages.push(usage),
    }),
  );
  return { result: parseResult(tool, result), ...(usages.length === 0 ? {} : { usage: sumUsage(usages) }) };
}

/** Text of documents, tools and users may talk a model into anything: what it wants to change, a person has to want too. */
function needsApproval({ effect }: Tool, { taint, approvedBy }: ToolCall): boolean {
  return effect === "writes" && taint !== "none" && approvedBy === undefined;
}

/** Whether approval is all that a call lacks. One that is refused anyway is not worth a person's time. */
export function waitsForApproval({ tools, config }: ToolHost, call: ToolCall): boolean {
  const tool = tools.get(call.tool);
  if (tool === undefined || call.refusal !== undefined || !needsApproval(tool, call)) return false;
  if (!mayUseTool(config, call.principal, tool)) return false;
  try {
    parseArguments(tool, call.arguments);
    return true;
  } catch (error) {
    // `invalid_request`, which the dispatcher will tell.
    if (error instanceof PlatformError) return false;
    throw error;
  }
}

function limitOf(tool: Tool, { timeoutMs = tool.timeoutMs }: ToolCall): number {
  return Math.min(tool.timeoutMs, timeoutMs);
}

/** What is recorded of a name that no tool can have. */
const UNKNOWN_TOOL = "(malformed)";

/** Arguments that no schema could be asked about have the digest of nothing. */
function digestArguments(value: unknown): Promise<string> {
  return sha256Hex(findHostileShape(value) === undefined ? canonicalJson(value) : "");
}

function outcomeOf(
  isOk: boolean,
  failure: unknown,
  hasStarted: boolean,
  signal: AbortSignal | undefined,
): Pick<AuditEntry, "outcome" | "code"> {
  if (isOk) return { outcome: "ok" };
  const { code } = toPlatformError(failure);
  if (!hasStarted && code !== "invalid_request") return { outcome: "denied", code };
  if (code === "tool_timeout") return { outcome: "timeout", code };
  return { outcome: "failed", code: signal?.aborted === true ? "cancelled" : code };
}

/** Nothing has run: the log did not take the record of its start. */
class UnrecordedStart extends PlatformError {}

/** Says that a call is about to change something, so that it leaves a trace even if everything dies in the middle of it. */
async function recordStart(
  tenantId: TenantId,
  { audit, clock }: ToolHost,
  about: Promise<CallRecord>,
): Promise<number> {
  try {
    return await audit.append(tenantId, { ...(await about), atMs: clock.nowMs(), outcome: "started", durationMs: 0 });
  } catch (cause) {
    throw new UnrecordedStart(
      "unavailable",
      "The call of the tool could not be recorded, so it did not run and nothing was changed. Try again; if it persists, quote the trace id.",
      { cause },
    );
  }
}

async function recordEnd(tenantId: TenantId, audit: AuditLog, entry: AuditEntry): Promise<void> {
  try {
    await audit.append(tenantId, entry);
  } catch (cause) {
    throw new PlatformError(
      "internal",
      "The call of the tool could not be recorded, so its result is withheld. Try again; if it persists, quote the trace id.",
      { cause },
    );
  }
}

function sumUsage(usages: readonly TokenUsage[]): TokenUsage {
  return {
    tokensIn: usages.reduce((sum, { tokensIn }) => sum + tokensIn, 0),
    tokensOut: usages.reduce((sum, { tokensOut }) => sum + tokensOut, 0),
    isEstimate: usages.some(({ isEstimate }) => isEstimate),
  };
}
