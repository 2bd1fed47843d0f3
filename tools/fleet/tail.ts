import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { CommandError, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readSettings } from "./account/workers.js";
import { openAccount, reachOf } from "./operate/open-account.js";
import {
  buildOptions,
  environmentOption,
  reachOptions,
  readBuildFiles,
  readEnvironment,
} from "./operate/tenant-command.js";
import { readBuild } from "./release/read-build.js";
import { findWrangler, nodePath, wranglerEnv } from "./wrangler/run-wrangler.js";

const { "connect-to": _unused, ...apiOptions } = reachOptions;
const options = {
  ...buildOptions,
  ...environmentOption,
  format: { type: "string", value: "NAME", about: "pretty or json; default: pretty" },
  status: { type: "string", value: "NAME", about: "only requests that ended so: ok, error or canceled" },
  search: { type: "string", value: "TEXT", about: "only requests whose logs hold this text" },
  ...apiOptions,
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:tail --",
  about: "Shows the requests and log lines of a deployed tenant as they happen, until Ctrl-C.",
  options,
  examples: [
    "tools/bazel run //tenants/acme:tail -- --env production",
    "tools/bazel run //tenants/acme:tail -- --env production --status error --format json",
  ],
};

await runCommand(spec, async ({ values }) => {
  const build = readBuild(readBuildFiles(values), readEnvironment(values.env));
  const { account, wrangler, explaining } = openAccount(build.config, reachOf(values, process.env));
  const worker = build.rendered.name;
  const settings = await explaining(() => readSettings(account, worker));
  if (settings === undefined) throw new CommandError(`${worker} is not deployed`, { fix: "deploy it first: :deploy" });
  const home = mkdtempSync(path.join(tmpdir(), "tail-"));
  try {
    const filters = (["format", "status", "search"] as const).flatMap((name) => {
      const value = values[name] ?? (name === "format" ? "pretty" : undefined);
      return value === undefined ? [] : [`--${name}`, value];
    });
    const child = spawn(nodePath(process.env), [findWrangler(), "tail", worker, ...filters], {
      cwd: home,
      env: wranglerEnv(wrangler, home),
      stdio: "inherit",
    });
    // Ctrl-C reaches the child as well, which closes its session; this process waits for it.
    process.on("SIGINT", () => undefined);
    process.once("SIGTERM", () => child.kill("SIGTERM"));
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject).once("close", (status) => resolve(status ?? 0));
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
