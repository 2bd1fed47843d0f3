import { type PlatformError, toPlatformError } from "#base/errors";
import { fenceResult } from "#llm-tools/fence-result";
import { addUsage, type OpenCall, plainName, promptTokens, type RoundState } from "#llm-tools/round-state";
import { runTool, type ToolCall, type ToolHost, waitsForApproval } from "#llm-tools/run-tool";
import { shownValue, type ToolEvent } from "#llm-tools/tool-event";
import type { Approvals, RoundPart, ToolRounds } from "#llm-tools/tool-rounds";
import type { TenantId } from "#tenancy/tenant-id";

/** Calls to be answered at the same time, and what is known of them before. */
export interface CallBatch {
  readonly calls: readonly OpenCall[];
  /** The tools that are there for them. */
  readonly host: ToolHost;
  /** When the time for tools is over, milliseconds since the epoch. */
  readonly endsAtMs: number;
  /** Why none of them may run. */
  readonly refusal?: PlatformError | undefined;
  /** What a person has said, by `callId`. Absent for calls that are new. */
  readonly approvals?: Approvals;
}

/** What came of a call. */
export interface AnsweredCall {
  readonly call: OpenCall;
  readonly ok: boolean;
  /** The tool's result, or `{code, message}`. */
  readonly result: unknown;
  /** Why there is no result. */
  readonly failure?: PlatformError;
}

/**
 * Runs calls and tells of them. One that is refused or fails has that as its result: the model is told and may do better.
 * One that waits for a person has none; the audit log says that it did not run, and says more should it be approved.
 * Throws only the signal's reason.
 */
export async function* answerCalls(
  tenantId: TenantId,
  rounds: ToolRounds,
  state: RoundState,
  batch: CallBatch,
): AsyncGenerator<readonly RoundPart[], { readonly answers: AnsweredCall[]; readonly waiting: OpenCall[] }> {
  const waiting = batch.calls.filter((call) => isWaiting(rounds, call, batch));
  if (batch.approvals === undefined)
    yield batch.calls.map((call) => toPart(callEvent(rounds, call, waiting.includes(call))));
  const all = await Promise.all(batch.calls.map((call) => answerCall(tenantId, rounds, state, call, batch)));
  const answers = all.filter(({ call }) => !waiting.includes(call));
  if (answers.length > 0) yield answers.map((answer) => toPart(resultEvent(answer)));
  return { answers, waiting };
}

/** Characters of JSON per token, at least: what a result may have where so many tokens are left. */
const CHARS_PER_TOKEN = 2;

/** Results as a model reads them: between marks, each with its part of half the room that is left. */
export function fenceAnswers(
  { request, contextTokens }: ToolRounds,
  state: RoundState,
  answers: readonly AnsweredCall[],
): { readonly callId: string; readonly content: string }[] {
  const leftTokens = contextTokens - (request.maxTokens ?? 0) - promptTokens(state.messages);
  const maxChars = Math.floor((leftTokens / 2 / answers.length) * CHARS_PER_TOKEN);
  return answers.map(({ call: { callId, tool }, result }) => ({
    callId,
    content: fenceResult(plainName(tool), result, maxChars),
  }));
}

function isWaiting(rounds: ToolRounds, call: OpenCall, batch: CallBatch): boolean {
  if (rounds.approvalMs === undefined || batch.approvals !== undefined) return false;
  return waitsForApproval(batch.host, toToolCall(rounds, call, batch));
}

async function answerCall(
  tenantId: TenantId,
  rounds: ToolRounds,
  state: RoundState,
  call: OpenCall,
  batch: CallBatch,
): Promise<AnsweredCall> {
  if (batch.approvals !== undefined && approverOf(call, batch) === undefined)
    return { call, ok: false, result: { code: "tool_forbidden", message: "The user did not approve this call." } };
  try {
    const { result, usage } = await runTool(tenantId, batch.host, toToolCall(rounds, call, batch));
    if (usage !== undefined) addUsage(state, usage);
    if (batch.host.tools.get(call.tool)?.returnsStoredText !== false) state.hasReadStoredText = true;
    return { call, ok: true, result };
  } catch (thrown) {
    rounds.context.signal?.throwIfAborted();
    const failure = toPlatformError(thrown);
    const { code, message, details } = failure;
    return { call, ok: false, result: { code, message, ...(details.length > 1 ? { details } : {}) }, failure };
  }
}

function approverOf({ callId }: OpenCall, { approvals }: CallBatch): string | undefined {
  const approver = approvals?.get(callId);
  return approver === false ? undefined : approver;
}

function toToolCall({ door, principal, context }: ToolRounds, call: OpenCall, batch: CallBatch): ToolCall {
  const { host, refusal, endsAtMs } = batch;
  return {
    tool: call.tool,
    arguments: call.arguments,
    taint: call.taint,
    door,
    principal,
    context,
    timeoutMs: Math.max(1, endsAtMs - host.clock.nowMs()),
    approvedBy: approverOf(call, batch),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function callEvent({ approvalMs = 0, host }: ToolRounds, call: OpenCall, isForPerson: boolean): ToolEvent {
  const { callId, tool } = call;
  const data = { type: "tool_call", callId, tool, arguments: shownValue(call.arguments) } as const;
  if (!isForPerson) return { event: "tool_call", data: { ...data, approval: "not_needed" } };
  const expiresAt = new Date(host.clock.nowMs() + approvalMs).toISOString();
  return { event: "tool_call", data: { ...data, approval: "required", expiresAt } };
}

function resultEvent({ call: { callId, tool }, ok, result }: AnsweredCall): ToolEvent {
  return { event: "tool_result", data: { type: "tool_result", callId, tool, ok, result: shownValue(result) } };
}

function toPart(event: ToolEvent): RoundPart {
  return { type: "tool", event };
}
