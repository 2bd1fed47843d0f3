import type { TenantId } from "#tenancy/tenant-id";

/** Most records of one page. */
export const MAX_AUDIT_PAGE = 500;

/** Through which door a tool was asked for; `speech` has one of its own, the tool `text_to_speech`. */
export const TOOL_DOORS = ["execute", "chat", "completions", "mcp", "speech"] as const;
export type ToolDoor = (typeof TOOL_DOORS)[number];

/**
 * `denied`: it did not run, because it must not. `failed`: it ran, or its arguments were not valid. `started`: it is about to
 * change something; how it ended, a later record with its number as `startSeq` says. Without one nobody knows.
 */
export const TOOL_OUTCOMES = ["ok", "denied", "failed", "timeout", "started"] as const;
export type ToolOutcome = (typeof TOOL_OUTCOMES)[number];

/**
 * What stood behind the wish to run the tool. `none`: the caller named it. `model`: a model that had read the conversation.
 * `retrieved`: a model that had also read text of documents or of tools, which anybody may have written.
 */
export const TOOL_TAINTS = ["none", "model", "retrieved"] as const;
export type ToolTaint = (typeof TOOL_TAINTS)[number];

/** What is recorded of one call of a tool. No contents: of the arguments only a digest, of the result nothing. */
export interface AuditEntry {
  /** When it ended, or was about to start, milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly traceId: string;
  /** Id of the principal. */
  readonly principal: string;
  readonly tool: string;
  readonly door: ToolDoor;
  /** SHA-256 of the canonical JSON of the arguments, hex. */
  readonly argumentsSha256: string;
  readonly outcome: ToolOutcome;
  /** Error code of a call that was not `ok`. */
  readonly code?: string;
  readonly durationMs: number;
  readonly taint: ToolTaint;
  /** Id of the principal that approved it, where a model wanted it and a person was asked. */
  readonly approvedBy?: string;
  /** Number of the record that said that the call was about to change something. */
  readonly startSeq?: number;
}

/** The end of a tenant's chain. */
export interface AuditHead {
  /** Number of the last record; 0 before the first. */
  readonly seq: number;
  readonly hash: string;
}

/** An entry in its place in the chain. */
export interface AuditRecord extends AuditEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  /** `hash` of the record before. */
  readonly prevHash: string;
  /** SHA-256 over this record, its tenant and `prevHash`, hex. */
  readonly hash: string;
}

export interface AuditPage {
  /** Latest first. */
  readonly records: readonly AuditRecord[];
  /** Where the chain ends, which is told apart from the records: a missing last record shows. */
  readonly head: AuditHead;
  /** Pass it to get the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** The record of what tools did, in one hash chain per tenant. Nothing in it is ever changed. */
export interface AuditLog {
  /**
   * Resolves with its number when the entry is stored. Rejects when it may not be: what it tells of must then not be handed
   * out, nor begin.
   */
  append(tenantId: TenantId, entry: AuditEntry): Promise<number>;
  /** Errors: `invalid_request` for a cursor that this log did not give. */
  list(tenantId: TenantId, page: { readonly limit: number; readonly cursor?: string }): Promise<AuditPage>;
}
