import type { SessionIndex, SessionSummary } from "#storage/session-index";
import type { TenantId } from "#tenancy/tenant-id";

/** Least time between the begins of two writes, milliseconds: what changes meanwhile goes together. */
const WRITE_EVERY_MS = 250;

/**
 * Keeps a session's line in the index up to date, one write at a time: the first change at once, those of the next quarter of a second
 * together at its end. So a busy session costs the index a few writes in a second, not one in a turn.
 */
export class SessionSummaryWriter {
  #isStale = false;
  #beganMs = -Infinity;
  #draining: Promise<void> | undefined;
  #writing: Promise<void> | undefined;

  /** Resolves when the index has what `summary` says at that time. A failed write is left to the next change. */
  write(
    tenantId: TenantId,
    principalId: string,
    index: SessionIndex,
    summary: () => SessionSummary | undefined,
  ): Promise<void> {
    this.#isStale = true;
    const record = async (current: SessionSummary): Promise<void> => index.record(tenantId, principalId, current);
    this.#draining ??= this.#drain(record, summary).finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  /** Resolves when no write is under way; what has not begun is dropped. */
  async stop(): Promise<void> {
    this.#isStale = false;
    // Its failure was told to the caller of write().
    await this.#writing?.catch(() => undefined);
  }

  async #drain(
    record: (summary: SessionSummary) => Promise<void>,
    summary: () => SessionSummary | undefined,
  ): Promise<void> {
    for (;;) {
      const waitMs = this.#beganMs + WRITE_EVERY_MS - Date.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const current = this.#isStale ? summary() : undefined;
      this.#isStale = false;
      if (current === undefined) return;
      this.#beganMs = Date.now();
      this.#writing = record(current);
      await this.#writing;
    }
  }
}
