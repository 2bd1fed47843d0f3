import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { SettingsPlace } from "#tools/tenant/settings/settings-place";

/** What a command is about to do. */
export interface SettingsPlan {
  /** One line per change, with `+`, `-` or `~`. None: all is as wanted. */
  readonly changes: readonly string[];
  /** Shown below the changes: what a person should know before. */
  readonly notes?: readonly string[];
  /** What is said when there is nothing to change. */
  readonly alreadySo: string;
  /** The same for machines. */
  readonly json: object;
  /** What is said when it is done. */
  readonly done: string;
  readonly undo?: string;
  readonly act: () => Promise<void>;
}

/** How long a change needs until every isolate has seen it, for people. */
export const IN_FORCE = "in force everywhere within 60 seconds";

/** Shows a plan, and carries it out if the place allows it. Answers the exit code. */
export async function carryOut(place: SettingsPlace, plan: SettingsPlan): Promise<number> {
  const { mode, json, name, say } = place;
  const isChange = plan.changes.length > 0;
  const willAct = isChange && mode === "act";
  if (willAct) await plan.act();
  if (json) say(JSON.stringify({ place: name, ...plan.json, applied: willAct }));
  else for (const line of describe(plan, name, willAct)) say(line);
  if (isChange && mode === "needs-yes") {
    throw new CommandError(`nothing was changed in ${place.environment}`, {
      why: "what people use is changed only with --yes",
      fix: "read the changes above, then run it again with --yes",
      exitCode: EXIT_CODES.usage,
    });
  }
  return EXIT_CODES.ok;
}

function describe(plan: SettingsPlan, place: string, isDone: boolean): string[] {
  if (plan.changes.length === 0) return [`${place}: ${plan.alreadySo}`];
  return [
    place,
    ...plan.changes.map((change) => `  ${change}`),
    ...(plan.notes ?? []),
    ...(isDone ? [plan.done, ...(plan.undo === undefined ? [] : [`undo: ${plan.undo}`])] : []),
  ];
}
