import path from "node:path";

import { CommandError, EXIT_CODES, type CommandLine, type CommandSpec } from "#tools/command/command-line";
import { dataFolder, userPath, type Invocation } from "#tools/command/invocation";
import { parseModelOptions, modelOptions, type ModelChoice } from "#tools/tenant/local/model-options";
import { DEFAULT_PORT, parsePort } from "#tools/tenant/local/free-port";
import { readTenantFiles, tenantFileOptions, type TenantFiles } from "#tools/tenant/local/tenant-files";

const options = {
  ...tenantFileOptions,
  ...modelOptions,
  port: { type: "string", value: "N", about: `port; default: ${DEFAULT_PORT}, or the next free one` },
  host: { type: "string", value: "ADDRESS", about: "address to listen on; default: 127.0.0.1" },
  data: {
    type: "string",
    value: "DIR",
    about: "where documents, sessions and the key are kept; default: .data/<tenant>",
  },
  ingest: { type: "string", value: "DIR", about: "upload the Markdown and text files of this folder once it serves" },
  "ready-file": {
    type: "string",
    value: "FILE",
    about: 'written when it serves: {"url","tenantId","apiKey"}; removed at the end',
  },
  limits: { type: "string", value: "on|off", about: "off lifts rate limits and budgets, for benchmarks and bulk work" },
  watch: { type: "boolean", about: "build and serve changed sources (on by default; --no-watch turns it off)" },
  open: { type: "boolean", about: "open the console page in the browser" },
} as const;

/** The command line of `:dev`. */
export const devSpec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:dev --",
  about:
    "Serves a tenant on this machine: the production bundle in the production runtime, with everything behind it simulated.",
  options,
  examples: [
    "tools/bazel run //tenants/acme:dev",
    "tools/bazel run //tenants/acme:dev -- --ingest docs",
    "tools/bazel run //tenants/acme:dev -- --model-url http://localhost:11434/v1 --model-map @cf/baai/bge-base-en-v1.5=nomic-embed-text",
    "tools/bazel run //tenants/acme:dev -- --port 9000 --data /tmp/acme --ready-file /tmp/acme.json",
  ],
};

/** Everything `:dev` was asked to do, its paths absolute. */
export interface DevOptions {
  readonly files: TenantFiles;
  readonly dataDir: string;
  readonly host: string;
  /** Absent: any from the default on. */
  readonly port: number | undefined;
  readonly ingestDir: string | undefined;
  readonly readyFile: string | undefined;
  readonly model: ModelChoice | undefined;
  /** Whether rate limits and budgets hold. */
  readonly areLimitsOn: boolean;
  /** Root of the checkout to watch; absent when nothing is watched. */
  readonly watchDir: string | undefined;
  readonly shouldOpen: boolean;
}

/** Reads the command line. Paths of the person start where they typed; paths of the macro, where the program runs. */
export function readDevOptions({ values }: CommandLine<typeof options>, invocation: Invocation): DevOptions {
  const files = readTenantFiles(values);
  if (values.watch === true && invocation.workspaceDir === undefined) {
    throw new CommandError("--watch needs a checkout to watch", {
      why: "the command does not run under Bazel",
      fix: "start it with tools/bazel run",
      exitCode: EXIT_CODES.usage,
    });
  }
  return {
    files,
    dataDir: dataFolder(invocation, files.tenantId, values.data),
    host: values.host ?? "127.0.0.1",
    port: values.port === undefined ? undefined : parsePort(values.port),
    ingestDir: values.ingest === undefined ? undefined : userPath(invocation, values.ingest),
    readyFile: values["ready-file"] === undefined ? undefined : userPath(invocation, values["ready-file"]),
    model: parseModelOptions(values, process.env),
    areLimitsOn: parseSwitch("limits", values.limits),
    watchDir: values.watch === false ? undefined : invocation.workspaceDir,
    shouldOpen: values.open === true,
  };
}

function parseSwitch(name: string, value = "on"): boolean {
  if (value === "on" || value === "off") return value === "on";
  throw new CommandError(`--${name} is "${value}"`, {
    fix: `write --${name} on, or --${name} off`,
    exitCode: EXIT_CODES.usage,
  });
}

/** Where a rebuilt file lies: the output tree of the checkout, not the copy that this run was started with. */
export function builtPath(workspaceDir: string, rootpath: string): string {
  return path.join(workspaceDir, ".bazel/bin", rootpath);
}

/** The label of a built file, from its path: `tenants/acme/gen/bundle.js` → `//tenants/acme:gen/bundle.js`. */
export function labelOf(rootpath: string): string {
  const [, folder, file] = /^(tenants\/[^/]+)\/(.+)$/.exec(rootpath) ?? [
    rootpath,
    path.posix.dirname(rootpath),
    path.posix.basename(rootpath),
  ];
  return `//${folder}:${file}`;
}
