import { readdirSync, readFileSync } from "node:fs";

/** One tick of the kernel's clock for processes (`USER_HZ` is 100 on every Linux), milliseconds. */
const TICK_MS = 10;

/** What a server uses of the machine: the workerd below its process, or the process itself when there is none. Linux only. */
export interface ProcessUsage {
  readonly residentBytes: number;
  /** Time on a core since its start, of user and system. */
  readonly cpuMs: number;
}

export function processUsage(pid: number): ProcessUsage {
  const workerd = descendants(pid).filter((child) => read(`/proc/${child}/comm`).trim() === "workerd");
  const pids = workerd.length === 0 ? [pid] : workerd;
  return {
    residentBytes: pids.reduce((sum, each) => sum + residentOf(each), 0),
    cpuMs: pids.reduce((sum, each) => sum + cpuOf(each), 0),
  };
}

function residentOf(pid: number): number {
  const [, kib = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(kib) * 1_024;
}

/** Fields 14 and 15 of proc(5)'s stat; the name before them may hold anything. */
function cpuOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const [, parent] = /\) \S (\d+) /.exec(/^\d+$/.test(entry) ? read(`/proc/${entry}/stat`) : "") ?? [];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found.slice(1);
}

/** The text of a file, or nothing: a process may end while it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
