import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import os from "node:os";

import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import type { ReleaseStore } from "./release-store.js";

/** How long a lease holds without being renewed, seconds: a killed deploy blocks others for this long at most. */
const LEASE_SECONDS = 90;
const RENEW_MS = 30_000;

const rowSchema = z.object({ holder: z.string(), purpose: z.string(), secondsLeft: z.number() });

/** The right to change one Worker. */
export interface Lease {
  /** @throws CommandError when the lease was lost, because this process was asleep for too long. */
  assertHeld(): void;
  release(): Promise<void>;
}

/**
 * Takes the lease of a Worker, so that two deploys never interleave. The lease of a process of this machine that is
 * gone is taken over at once, any other one when it has run out.
 *
 * @throws CommandError that names the holder
 */
export async function takeLease(store: ReleaseStore, worker: string, purpose: string): Promise<Lease> {
  const holder = `${os.hostname()} ${processIdentity(process.pid)} ${randomUUID()}`;
  let row = await claim(store, worker, holder, purpose);
  if (row.holder !== holder && isGone(row.holder)) {
    await store.query([{ sql: "DELETE FROM leases WHERE worker = ?1 AND holder = ?2", params: [worker, row.holder] }]);
    row = await claim(store, worker, holder, purpose);
  }
  if (row.holder !== holder) {
    throw new CommandError(`somebody else is changing ${worker}`, {
      why: `${row.purpose}, by process ${row.holder.split(" ").slice(0, 2).join(" ")}`,
      fix: `wait until it is done; if it is gone, run this again in ${row.secondsLeft} seconds`,
    });
  }
  return keepLease(store, worker, holder, purpose);
}

function keepLease(store: ReleaseStore, worker: string, holder: string, purpose: string): Lease {
  let isLost = false;
  const timer = setInterval(() => {
    claim(store, worker, holder, purpose).then(
      (row) => (isLost = row.holder !== holder),
      // The next renewal may succeed; the lease outlives two that fail.
      () => undefined,
    );
  }, RENEW_MS);
  timer.unref();
  return {
    assertHeld() {
      if (!isLost) return;
      throw new CommandError(`the right to change ${worker} was lost`, {
        why: "this process did not renew it in time, and somebody else took it",
        fix: "run the command again: it goes on where it stopped",
      });
    },
    async release() {
      clearInterval(timer);
      await store.query([{ sql: "DELETE FROM leases WHERE worker = ?1 AND holder = ?2", params: [worker, holder] }]);
    },
  };
}

/** Takes or renews the lease if it is free, ours or run out, by the database's clock; answers who has it then. */
async function claim(
  store: ReleaseStore,
  worker: string,
  holder: string,
  purpose: string,
): Promise<z.output<typeof rowSchema>> {
  const [, rows = []] = await store.query([
    {
      sql: `INSERT INTO leases (worker, holder, purpose, expires_at) VALUES (?1, ?2, ?3, unixepoch() + ${LEASE_SECONDS})
        ON CONFLICT (worker) DO UPDATE SET holder = ?2, purpose = ?3, expires_at = unixepoch() + ${LEASE_SECONDS}
        WHERE leases.holder = ?2 OR leases.expires_at <= unixepoch()`,
      params: [worker, holder, purpose],
    },
    {
      sql: `SELECT holder, purpose, max(expires_at - unixepoch(), 0) AS secondsLeft FROM leases WHERE worker = ?1`,
      params: [worker],
    },
  ]);
  return rowSchema.parse(rows[0]);
}

/** Whether a holder is a process of this machine that does not run any more. */
function isGone(holder: string): boolean {
  const [host, pid = "", start = ""] = holder.split(" ");
  return host === os.hostname() && processIdentity(Number(pid)) !== `${pid} ${start}`;
}

/** `pid start`: the start time, in clock ticks since boot, tells a process from a later one with the same pid (proc(5)). */
function processIdentity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0"}`;
  } catch {
    // No /proc on this system: only the pid tells.
    return isRunning(pid) ? `${pid} 0` : "";
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
