import type { CommandLine, OptionSpec } from "#tools/command/command-line";
import { paintFor } from "#tools/command/paint";
import { createScreen } from "#tools/command/screen";
import { prepareDrift } from "../drift/drift-command.js";
import { executeRepair } from "../drift/execute-repair.js";
import { type DriftReport, findDrift } from "../drift/find-drift.js";
import { formatDrift } from "../drift/format-drift.js";
import { gatherDriftFacts } from "../drift/gather-drift-facts.js";
import { planRepair, type RepairPlan } from "../drift/plan-repair.js";
import { formatLines, mayAct } from "../operate/confirm-plan.js";
import { explainError } from "../operate/explain-error.js";
import { readEnvironment } from "../operate/tenant-command.js";
import type { BuildFiles } from "../release/read-build.js";
import { buildTenants, findTenants } from "./find-tenants.js";
import { fleetOptions, type FleetRun, openFleet } from "./fleet-options.js";
import { runPool } from "./run-pool.js";

export const driftAllOptions = {
  ...fleetOptions,
  repair: { type: "boolean", about: "set right what can be set right safely; shows the plans first" },
} as const satisfies Record<string, OptionSpec>;

type DriftAllValues = CommandLine<typeof driftAllOptions>["values"];

/** What was found at one tenant. */
interface Examined {
  readonly id: string;
  readonly report?: DriftReport;
  readonly error?: { readonly why: string; readonly fix?: string };
  /** What a repair would do, and how to do it. */
  readonly repair?: RepairPlan;
  readonly execute?: () => Promise<DriftReport>;
}

/** Runs `//:drift_all`. */
export async function driftAllCommand(values: DriftAllValues): Promise<"same" | "drift" | "failed"> {
  const stream = values.json === true ? process.stderr : process.stdout;
  const [paint, screen] = [paintFor(stream), createScreen(stream)];
  const fleet = openFleet(values, process.env, new AbortController().signal);
  const ids = await findTenants(fleet.bazel, "drift", fleet.only);
  const files = await buildTenants(fleet.bazel, fleet.workspaceDir, ids);
  let done = 0;
  const examine = async (entry: readonly [string, BuildFiles]): Promise<void> => {
    const result = await examineTenant(entry, values, fleet);
    results.set(result.id, result);
    screen.progress(`compared ${++done} of ${files.size} tenants …`);
  };
  const results = new Map<string, Examined>();
  await runPool([...files], fleet.concurrency, examine);
  screen.endProgress(`compared ${results.size} tenants`);
  const inOrder = ids.flatMap((id) => results.get(id) ?? []);
  for (const result of inOrder) screen.line(formatExamined(result, paint).trimEnd());
  const repairable = inOrder.filter(({ repair }) => (repair?.actions.length ?? 0) > 0);
  if (values.repair === true && repairable.length > 0) {
    for (const { id, repair } of repairable) screen.line(`${id}\n${formatLines(repair?.lines ?? [], paint)}`.trimEnd());
    if (await mayAct(values, `Repair ${repairable.length} tenants?`)) {
      fleet.clients.endSharing();
      await runPool(repairable, fleet.concurrency, async (result) => {
        const after = await repairTenant(result);
        results.set(result.id, after);
        screen.line(formatExamined(after, paint).trimEnd());
      });
    }
  }
  const last = ids.flatMap((id) => results.get(id) ?? []);
  screen.line(summary(last));
  if (values.json === true) {
    const tenants = last.map(({ id, report, error }) => ({ id, ...report, ...(error === undefined ? {} : { error }) }));
    process.stdout.write(`${JSON.stringify({ environment: values.env, tenants })}\n`);
  }
  if (last.some(({ error }) => error !== undefined)) return "failed";
  return last.some(hasDrift) ? "drift" : "same";
}

async function examineTenant(
  [id, files]: readonly [string, BuildFiles],
  values: DriftAllValues,
  fleet: FleetRun,
): Promise<Examined> {
  try {
    const { open, context, build } = await prepareDrift(files, {
      environment: readEnvironment(values.env),
      reach: fleet.reach,
      origin: fleet.origin,
      connectTo: fleet.connectTo,
      onStep: () => undefined,
    });
    const facts = await open.explaining(() => gatherDriftFacts(open.account, context.store, build));
    const report = findDrift(facts);
    if (report.findings.length === 0) return { id, report };
    const repair = planRepair(facts, report);
    return {
      id,
      report,
      repair,
      execute: () =>
        open.explaining(async () => {
          await executeRepair(context, facts, report, repair);
          return findDrift(await gatherDriftFacts(open.account, context.store, build));
        }),
    };
  } catch (error) {
    return { id, error: explainError(error) };
  }
}

async function repairTenant(before: Examined): Promise<Examined> {
  const { id, execute } = before;
  if (execute === undefined) return before;
  try {
    return { id, report: await execute() };
  } catch (error) {
    return { id, error: explainError(error) };
  }
}

function formatExamined({ id, report, error }: Examined, paint: Parameters<typeof formatDrift>[1]): string {
  if (report !== undefined) return formatDrift(report, paint);
  const fix = error?.fix === undefined ? "" : `\n  fix: ${error.fix}`;
  return `${paint("red", "not compared")}: ${id}\n  why: ${error?.why ?? ""}${fix}`;
}

function hasDrift({ report }: Examined): boolean {
  return (report?.findings.length ?? 0) > 0;
}

function summary(results: readonly Examined[]): string {
  const drifted = results.filter(hasDrift).length;
  const failed = results.filter(({ error }) => error !== undefined).length;
  return `${results.length - drifted - failed} the same, ${drifted} with drift, ${failed} not compared`;
}
