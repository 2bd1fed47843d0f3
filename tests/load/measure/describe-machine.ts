import { availableParallelism, cpus, loadavg } from "node:os";

/** The machine that measures, in a line. */
export function describeMachine(): string {
  const [load = 0] = loadavg();
  return `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, node ${process.version}, load ${load.toFixed(1)}`;
}
