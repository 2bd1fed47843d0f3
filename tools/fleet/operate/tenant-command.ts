import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environments";
import { CommandError, EXIT_CODES, required, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import type { BuildFiles } from "../release/read-build.js";

/** The options by which the macro tells a command which tenant it is for. People never type them. */
export const buildOptions = {
  tenant: { type: "string", about: "id of the tenant", hidden: true },
  bundle: { type: "string", about: "the tenant's bundle", hidden: true },
  config: { type: "string", about: "the tenant's checked config", hidden: true },
  "wrangler-dir": { type: "string", about: "folder of wrangler.<environment>.jsonc", hidden: true },
  migrations: { type: "string", about: "folder of the D1 migrations", hidden: true },
} as const satisfies Record<string, OptionSpec>;

export const environmentOption = {
  env: { type: "string", value: "NAME", about: `environment: ${deployedEnvironments().join(" or ")}` },
} as const satisfies Record<string, OptionSpec>;

/** Options of every command that changes something. */
export const actOptions = {
  yes: { type: "boolean", about: "act; without it, the plan is shown and a terminal is asked" },
  "dry-run": { type: "boolean", about: "show the plan and do nothing" },
} as const satisfies Record<string, OptionSpec>;

/** Options about how Cloudflare and the Workers are reached. */
export const reachOptions = {
  "connect-to": {
    type: "string",
    value: "URL",
    about:
      "where the tenants' hostnames lead to instead of what DNS says; default: TENANT_CONNECT_TO, or where a simulated account is",
  },
  "api-timeout": { type: "string", value: "SECONDS", about: "longest wait for an answer of the API; default: 30" },
} as const satisfies Record<string, OptionSpec>;

type BuildValues = CommandLine<typeof buildOptions>["values"];

/** Where the built files of the command's tenant are. @throws CommandError when the command runs without the macro. */
export function readBuildFiles(values: BuildValues): BuildFiles {
  return {
    tenant: required(values.tenant, "tenant"),
    bundle: required(values.bundle, "bundle"),
    config: required(values.config, "config"),
    wranglerDir: required(values["wrangler-dir"], "wrangler-dir"),
    migrations: required(values.migrations, "migrations"),
  };
}

/** The environment that a person names. `dev` runs on their own machine. */
export function readEnvironment(env: string | undefined): EnvironmentName {
  const wanted = required(env, "env");
  const known = deployedEnvironments();
  const found = known.find((name) => name === wanted);
  if (found !== undefined) return found;
  throw new CommandError(`--env ${wanted} cannot be deployed to`, {
    fix: `use one of: ${known.join(", ")}`,
    exitCode: EXIT_CODES.usage,
  });
}

/** Where a tenant can be deployed to. */
export function deployedEnvironments(): EnvironmentName[] {
  return ENVIRONMENTS.filter((name) => name !== "dev");
}

/** Root of the checkout. @throws CommandError outside of `bazel run`. */
export function requireWorkspace(env: NodeJS.ProcessEnv): string {
  const { workspaceDir } = readInvocation(env, process.cwd());
  if (workspaceDir !== undefined) return workspaceDir;
  throw new CommandError("the checkout is not known", { fix: "start the command with tools/bazel run" });
}
