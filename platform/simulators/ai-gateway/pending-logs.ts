import type { GatewayLog } from "#simulators/contract/control-messages";
import type { GatewayLogs } from "./run-through-gateway.js";

/** How long a log waits for others to be written with it, milliseconds: each write of its own would wait for the disk. */
const WRITE_AFTER_MS = 50;
/** Work behind an answer that was to write and is this late was cut off: the next one does it. */
const CUT_OFF_AFTER_MS = 1_000;

/** The logs of one Worker that are not written yet. Whoever reads logs writes these first. */
export class PendingLogs {
  readonly #logs = new Map<string, GatewayLog>();
  #writesAtMs = -Infinity;

  /** Adds a log, or what is new of it. */
  add(log: GatewayLog): void {
    this.#logs.set(log.id, log);
  }

  /** Writes what gathers in a short while, unless other work is about to. */
  async writeSoon(store: GatewayLogs): Promise<void> {
    const nowMs = Date.now();
    if (nowMs < this.#writesAtMs + CUT_OFF_AFTER_MS) return;
    this.#writesAtMs = nowMs + WRITE_AFTER_MS;
    await new Promise((resolve) => setTimeout(resolve, WRITE_AFTER_MS));
    this.#writesAtMs = -Infinity;
    await this.write(store);
  }

  /** Writes everything. */
  async write(store: GatewayLogs): Promise<void> {
    const logs = [...this.#logs.values()];
    this.#logs.clear();
    if (logs.length > 0) await store.write(logs);
  }
}

const byWorker = new Map<string, PendingLogs>();

/** The pending logs of a Worker in this process. */
export function pendingLogsOf(worker: string): PendingLogs {
  const pending = byWorker.get(worker) ?? new PendingLogs();
  byWorker.set(worker, pending);
  return pending;
}
