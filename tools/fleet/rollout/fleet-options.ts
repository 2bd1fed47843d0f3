import { CommandError, EXIT_CODES, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import type { DeployContext } from "../deploy/execute-deploy.js";
import { connectToOf, reachOf, type ReachOptions } from "../operate/open-account.js";
import { actOptions, environmentOption, reachOptions, requireWorkspace } from "../operate/tenant-command.js";
import { readOrigin, type ReleaseOrigin } from "../release/origin.js";
import { type Bazel, bazelOf } from "./bazel.js";
import { SharedClients } from "./shared-clients.js";

/** Options of every command for many tenants. */
export const fleetOptions = {
  ...environmentOption,
  only: { type: "string", value: "IDS", about: "only these tenants, divided by commas; default: all" },
  concurrency: { type: "string", value: "N", about: "tenants at a time; default: 4" },
  ...actOptions,
  json: { type: "boolean", about: "print the report as one JSON object; everything else goes to standard error" },
  ...reachOptions,
} as const satisfies Record<string, OptionSpec>;

type FleetValues = CommandLine<typeof fleetOptions>["values"];

/** What every command for many tenants works with. */
export interface FleetRun {
  readonly workspaceDir: string;
  readonly bazel: Bazel;
  readonly only: readonly string[];
  readonly concurrency: number;
  readonly clients: SharedClients;
  readonly reach: ReachOptions;
  readonly origin: ReleaseOrigin;
  readonly connectTo: DeployContext["connectTo"];
}

const DEFAULT_CONCURRENCY = 4;
const MAX_CONCURRENCY = 32;

/** Reads the options. @throws CommandError */
export function openFleet(values: FleetValues, env: NodeJS.ProcessEnv, signal: AbortSignal): FleetRun {
  const workspaceDir = requireWorkspace(env);
  const clients = new SharedClients();
  return {
    workspaceDir,
    bazel: bazelOf(workspaceDir, env),
    only: splitIds(values.only),
    concurrency: wholeNumber("concurrency", values.concurrency ?? String(DEFAULT_CONCURRENCY), 1, MAX_CONCURRENCY),
    clients,
    reach: { ...reachOf(values, env), clientFor: clients.clientFor, signal },
    origin: readOrigin(workspaceDir, env),
    connectTo: connectToOf(values, env),
  };
}

function splitIds(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
}

/** @throws CommandError */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new CommandError(`--${option} ${text} does not fit`, {
    fix: `give a whole number from ${min} to ${max}`,
    exitCode: EXIT_CODES.usage,
  });
}
