import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";

/** How a suite ended, with the first failing test. */
export interface Verdict {
  readonly outcome: "passed" | "failed" | "timeout";
  readonly failed?: string;
}

/** A suite that takes longer is stopped: a wall that is missing may also hang a test. */
const TIMEOUT_MS = 600_000;

/**
 * Runs one compiled test until it fails or ends.
 *
 * @param folder it runs in
 * @param options.worker the bundle that it boots
 * @param options.names only tests whose names match
 */
export function runTest(
  folder: string,
  test: string,
  { worker, names }: { readonly worker?: string | undefined; readonly names?: string | undefined },
): Promise<Verdict> {
  const temporary = path.join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  const child = spawn(
    process.execPath,
    ["--test", "--test-reporter=tap", ...(names === undefined ? [] : [`--test-name-pattern=${names}`]), test],
    {
      cwd: folder,
      // A group of its own, so that the runtime that it starts ends with it.
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        TMPDIR: temporary,
        ...(worker === undefined ? {} : { WORKER_BUNDLE: worker }),
      },
    },
  );
  const stop = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end({ outcome: "timeout" }), TIMEOUT_MS);
    let output = "";
    const end = (verdict: Verdict): void => {
      clearTimeout(timer);
      stop();
      resolve(verdict);
    };
    child.stdout.on("data", (chunk: unknown) => {
      output += String(chunk);
      const failed = /^ *not ok \d+ - (.*)$/m.exec(output)?.[1];
      if (failed !== undefined) end({ outcome: "failed", failed });
    });
    child.on("error", reject);
    child.on("close", (code) => end({ outcome: code === 0 ? "passed" : "failed" }));
  });
}
