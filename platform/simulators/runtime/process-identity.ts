import { readFileSync } from "node:fs";

/**
 * Names a process so that another one which later gets the same pid has another name: `pid` and, where the system
 * tells it (Linux), the start time in clock ticks since boot.
 */
export function processIdentity(pid: number): string {
  return `${pid} ${startTicks(pid)}`.trim();
}

/** Whether the process of an identity still runs. Text that is no identity means no. */
export function isProcessRunning(identity: string): boolean {
  const pid = processId(identity);
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return processIdentity(pid) === identity;
}

/** The pid of an identity. */
export function processId(identity: string): number | undefined {
  const pid = Number(identity.split(" ")[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)); the second field may hold spaces, so counting starts after it. */
function startTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    // No /proc here, or the process is gone.
    return "";
  }
}
