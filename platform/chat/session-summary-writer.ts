import type { SessionIndex, SessionSummary } from "#storage/session-index";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * Keeps a session's line in the index up to date, one write at a time. Changes that come while a write is under way are
 * written together by the next one, so a busy session costs the index few writes.
 */
export class SessionSummaryWriter {
  #isStale = false;
  #writing: Promise<void> | undefined;

  /** Resolves when the index has what `summary` says at that time. A failed write is left to the next change. */
  write(
    tenantId: TenantId,
    principalId: string,
    index: SessionIndex,
    summary: () => SessionSummary | undefined,
  ): Promise<void> {
    this.#isStale = true;
    this.#writing ??= this.#drain(tenantId, principalId, index, summary).finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    // Its failure was told to the caller of write().
    await this.#writing?.catch(() => undefined);
  }

  async #drain(
    tenantId: TenantId,
    principalId: string,
    index: SessionIndex,
    summary: () => SessionSummary | undefined,
  ): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const current = summary();
      if (current !== undefined) await index.record(tenantId, principalId, current);
    }
  }
}
