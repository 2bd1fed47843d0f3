import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { readSummary } from "#tools/build/bench/read-summary";
import { tell } from "#tools/build/bench/steps";
import { createScratchWorkspace } from "#tools/build/tests/scratch-workspace";

/** Whether a second copy, with an output base of its own, runs nothing of what the first one has built. */
export async function measureRemoteCache(targets: readonly string[]): Promise<boolean> {
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
