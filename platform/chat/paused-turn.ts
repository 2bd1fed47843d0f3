import type { Principal } from "#auth/principal";
import { PlatformError } from "#base/errors";
import type { TurnInput } from "#chat/running-turn";
import type { PausedRounds } from "#llm-tools/round-state";
import type { Approvals } from "#llm-tools/tool-rounds";
import type { Scope } from "#tenancy/scopes";

/** How long a call waits for a person, milliseconds. Then nobody can approve it any more: it has not run and will not. */
export const APPROVAL_MS = 600_000;

/** A turn that goes on when a person has decided on the calls of tools that it waits for. */
export interface PausedTurn {
  /** Its number in the session. */
  readonly turn: number;
  readonly expiresAtMs: number;
  /** What it was begun with. */
  readonly input: TurnInput;
  /** What the model has said so far. */
  readonly text: string;
  readonly rounds: PausedRounds;
  /** What was decided so far, by `callId`. */
  readonly approvals: Approvals;
}

/** What comes of a decision. `gone`: no such call waits (any more): it was decided, it expired, or it never was. */
export type DecisionOutcome =
  | { readonly outcome: "gone" }
  /** `isComplete`: nothing is left to decide, the turn goes on. */
  | { readonly outcome: "decided"; readonly paused: PausedTurn; readonly isComplete: boolean };

/** What a person has said of a call that waits. */
export interface CallDecision {
  readonly sessionId: string;
  readonly callId: string;
  readonly isApproved: boolean;
  /** Who says it. */
  readonly principal: Principal;
}

/** Decides on one call, once. Pure. */
export function decideCall(
  paused: PausedTurn | undefined,
  { callId, isApproved, principal }: Pick<CallDecision, "callId" | "isApproved" | "principal">,
  nowMs: number,
): DecisionOutcome {
  const isWaiting =
    paused !== undefined &&
    nowMs < paused.expiresAtMs &&
    paused.rounds.waiting.some((call) => call.callId === callId) &&
    !paused.approvals.has(callId);
  if (!isWaiting) return { outcome: "gone" };
  const approvals = new Map(paused.approvals).set(callId, isApproved ? principal.id : false);
  const isComplete = paused.rounds.waiting.every((call) => approvals.has(call.callId));
  return { outcome: "decided", paused: { ...paused, approvals }, isComplete };
}

/** Whether the turn may have read, from sources or by a tool, what its principal may not read any more. */
export function hasLostLabels({ input }: PausedTurn, { acl }: Pick<Principal, "acl">): boolean {
  return [...input.acl].some((label) => !acl.has(label));
}

/** The turn with what its principal may do now: a key can have lost a scope since. */
export function withPrincipal(paused: PausedTurn, principal: Principal): PausedTurn {
  const { input } = paused;
  const tools = input.tools && { ...input.tools, principal };
  return { ...paused, input: { ...input, acl: principal.acl, ...(tools === undefined ? {} : { tools }) } };
}

/** A value of SQLite in a Durable Object may have 2 MB (developers.cloudflare.com/durable-objects/platform/limits). */
const MAX_PAUSED_BYTES = 1_900_000;

/** As JSON holds it: without sets and maps. */
interface StoredTurn extends Omit<PausedTurn, "approvals" | "input"> {
  readonly approvals: readonly (readonly [string, string | false])[];
  readonly input: Omit<TurnInput, "acl">;
  readonly acl: readonly string[];
  readonly scopes: readonly Scope[];
}

/** A paused turn as text. Errors: `tool_failed` when it is too large to be kept. */
export function encodePausedTurn({ approvals, input, ...rest }: PausedTurn): string {
  const { acl, tools, ...plain } = input;
  const stored: StoredTurn = {
    ...rest,
    approvals: [...approvals],
    input: { ...plain, ...(tools === undefined ? {} : { tools }) },
    acl: [...acl],
    scopes: [...(tools?.principal.scopes ?? [])],
  };
  const text = JSON.stringify(stored);
  if (new TextEncoder().encode(text).byteLength <= MAX_PAUSED_BYTES) return text;
  throw new PlatformError("tool_failed", "The conversation is too large to wait for an approval. Begin a new one.");
}

/** Reads what `encodePausedTurn` wrote. */
export function decodePausedTurn(text: string): PausedTurn {
  const { approvals, input, acl, scopes, ...rest } = JSON.parse(text) as StoredTurn;
  const labels = new Set(acl);
  const { tools, ...plain } = input;
  const restored = { ...plain, acl: labels };
  if (tools === undefined) return { ...rest, approvals: new Map(approvals), input: restored };
  const principal = { ...tools.principal, scopes: new Set(scopes), acl: labels };
  return { ...rest, approvals: new Map(approvals), input: { ...restored, tools: { ...tools, principal } } };
}
