import type { Colour, Paint } from "#tools/command/paint";
import type { RolloutState, TenantState, TenantStatus } from "./rollout-state.js";

const COLOURS: Readonly<Record<TenantStatus, Colour>> = {
  waiting: "dim",
  running: "yellow",
  deployed: "green",
  unchanged: "dim",
  failed: "red",
};
const STATUS_WIDTH = 9;

/** One tenant in one line, and below it why it failed. Pure. */
export function formatTenant(
  { id, status, release, seconds, why, fix }: TenantState,
  width: number,
  paint: Paint,
): string {
  const time = seconds === undefined ? "" : `  ${seconds.toFixed(1)} s`;
  const line = `${id.padEnd(width)}  ${paint(COLOURS[status], status.padEnd(STATUS_WIDTH))}  ${release ?? ""}${time}`;
  return [
    line.trimEnd(),
    ...(why === undefined ? [] : [`  why: ${why}`]),
    ...(fix === undefined ? [] : [`  fix: ${fix}`]),
  ].join("\n");
}

/** `3 deployed, 1 failed, 96 waiting`. Pure. */
export function formatCounts({ tenants }: RolloutState, paint: Paint): string {
  const parts = (Object.keys(COLOURS) as TenantStatus[]).flatMap((status) => {
    const count = tenants.filter((tenant) => tenant.status === status).length;
    return count === 0 ? [] : [paint(COLOURS[status], `${count} ${status}`)];
  });
  return parts.join(", ");
}

/** The tenants that do not have the release yet. Pure. */
export function unfinished({ tenants }: RolloutState): readonly TenantState[] {
  return tenants.filter(({ status }) => status !== "deployed" && status !== "unchanged");
}

/** The commands that go on from here; `options` are those of the run that still hold. Pure. */
export function nextCommands(state: RolloutState, options: string): readonly string[] {
  const command = `tools/bazel run //:deploy_all -- --env ${state.environment}`;
  const failed = state.tenants.filter(({ status }) => status === "failed").map(({ id }) => id);
  const left = unfinished(state);
  return [
    ...(failed.length > 0 ? [`to try those that failed: ${command} --only ${failed.join(",")}${options} --yes`] : []),
    ...(left.length > failed.length || (left.length > 0 && failed.length === 0)
      ? [`to go on with all that is left: ${command} --resume${options} --yes`]
      : []),
  ];
}
