import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { CommandError, EXIT_CODES, runCommand } from "#tools/command/command-line";
import { type BuildSummary, readSummary } from "#tools/build/bench/read-summary";
import { createScratchWorkspace, type ScratchWorkspace } from "#tools/build/tests/scratch-workspace";

const spec = {
  name: "bazel run //tools:build_bench --",
  about:
    "Generates tenants in a copy of the repository and measures their build: from nothing, without a change, after a change\nof a comment, of a line and of an export, with one tenant more. Then a second copy builds the same out of a remote cache.",
  options: {
    tenants: { type: "string", value: "LIST", about: "how many, one after the other (default 10,100)" },
    targets: { type: "string", value: "LABELS", about: "what the remote cache is shown with (default //platform/...)" },
    "cache-only": { type: "boolean", about: "show the remote cache only" },
  },
  examples: ["bazel run //tools:build_bench", "bazel run //tools:build_bench -- --tenants 10,100,1000"],
} as const;

/** No cache but the one that is measured, whatever the person's own settings say. */
const NO_CACHE = ["--disk_cache=", "--remote_cache="];

await runCommand(spec, async ({ values }) => {
  const counts = (values.tenants ?? "10,100").split(",").map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < 1))
    throw new CommandError("--tenants takes whole numbers", { fix: "--tenants 10,100", exitCode: EXIT_CODES.usage });
  if (values["cache-only"] !== true) measureTenants(counts);
  const isWhole = await measureRemoteCache((values.targets ?? "//platform/...").split(","));
  return isWhole ? EXIT_CODES.ok : EXIT_CODES.failed;
});

/** One copy, ever more tenants: what each step costs with so many. */
function measureTenants(counts: readonly number[]): void {
  const scratch = createScratchWorkspace(process.env);
  const clock = path.join(scratch.copy, "platform/base/clock.ts");
  const build = (what: string): void => {
    const targets = ["--build_tag_filters=tenant", "--", "//tenants/..."];
    tell(what, readSummary(scratch.bazel(["build", ...NO_CACHE, ...scratch.reusedRepositories, ...targets])));
  };
  try {
    let made = 0;
    for (const count of counts) {
      while (made < count) addTenant(scratch, `t${made++}`);
      build(`${count} tenants: ${count === counts[0] ? "from nothing" : "those that are new"}`);
      build(`${count} tenants: nothing changed`);
      appendFileSync(clock, `\n// ${count}\n`);
      build(`${count} tenants: a comment in a core library`);
      writeFileSync(clock, readFileSync(clock, "utf8").replace("Date.now()", "Date.now() + 0"));
      build(`${count} tenants: a line within a function of it`);
      appendFileSync(clock, `\nexport const changed${count} = ${count};\n`);
      build(`${count} tenants: a new export of it`);
      addTenant(scratch, `one-more-${count}`);
      build(`${count} tenants: one more`);
    }
  } finally {
    scratch.remove();
  }
}

/** Whether a second copy, with an output base of its own, runs nothing of what the first one has built. */
async function measureRemoteCache(targets: readonly string[]): Promise<boolean> {
  const cache = fork(fileURLToPath(new URL("./cache-server.js", import.meta.url).href), {
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const [{ port }] = (await once(cache, "message")) as [{ port: number }];
  try {
    const options = ["--disk_cache=", `--remote_cache=http://127.0.0.1:${port}`, "--remote_upload_local_results=true"];
    const [first, second] = ["first clone, empty remote cache", "second clone, the same cache"].map((what) => {
      const scratch = createScratchWorkspace(process.env);
      try {
        const log = path.join(scratch.outputBase, "execution.json");
        const args = [
          "build",
          ...options,
          `--execution_log_json_file=${log}`,
          ...scratch.reusedRepositories,
          "--",
          ...targets,
        ];
        const summary = readSummary(scratch.bazel(args));
        tell(what, summary);
        if (summary.hits > 0)
          for (const missed of missedIn(readFileSync(log, "utf8"))) console.log(`  not cached: ${missed}`);
        return summary;
      } finally {
        scratch.remove();
      }
    });
    const isWhole = (first?.ran ?? 0) > 0 && second?.ran === 0 && second.hits > 0;
    console.log(`${isWhole ? "PASSED" : "FAILED"}  a second clone takes everything from the remote cache`);
    return isWhole;
  } finally {
    cache.disconnect();
  }
}

/** What ran here, by Bazel's log of executions: one JSON object after the other. */
function missedIn(log: string): readonly string[] {
  return log
    .split(/(?<=^})/m)
    .filter((entry) => /"runner": "(?!remote cache hit)[^"]+"/.test(entry))
    .map(
      (entry) =>
        `${/"mnemonic": "([^"]*)"/.exec(entry)?.[1] ?? ""} ${/"listedOutputs": \["([^"]*)"/.exec(entry)?.[1] ?? ""}`,
    );
}

function addTenant({ copy }: ScratchWorkspace, id: string): void {
  const folder = path.join(copy, "tenants", id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, "BUILD.bazel"),
    `load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "${id}")\n`,
  );
  const config = { tenantId: id, displayName: id, accountId: "0".repeat(32) };
  writeFileSync(path.join(folder, "tenant.config.json"), JSON.stringify(config));
}

function tell(what: string, { seconds, ran, hits }: BuildSummary): void {
  console.log(
    `${what.padEnd(52)} ${seconds.toFixed(1).padStart(7)} s ${String(ran).padStart(6)} actions ${String(hits).padStart(6)} cache hits`,
  );
}
