import type { TenantId } from "#tenancy/tenant-id";

/** Most sessions of one page. */
export const MAX_SESSIONS_PAGE = 200;

/** A line of a principal's list of sessions. */
export interface SessionSummary {
  readonly sessionId: string;
  /** What a person knows it by: how the oldest question that is kept begins. Empty: there is none. */
  readonly title: string;
  readonly messageCount: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface SessionPage {
  /** Latest change first. */
  readonly sessions: readonly SessionSummary[];
  /** Pass it to get the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/**
 * Which sessions a principal has. Written by the sessions themselves after each turn, so it may lag behind them for a
 * moment; a session that is missing here is still reachable by its id.
 */
export interface SessionIndex {
  /** Adds a session or brings its line up to date. */
  record(tenantId: TenantId, principalId: string, summary: SessionSummary): Promise<void>;
  /** Unknown ids are fine. */
  remove(tenantId: TenantId, sessionId: string): Promise<void>;
  /** The sessions of one principal. Errors: `invalid_request` for a cursor this index did not give. */
  list(
    tenantId: TenantId,
    principalId: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<SessionPage>;
}
