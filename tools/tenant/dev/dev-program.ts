import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import type { TenantAddress } from "#tools/tenant/client/tenant-client";

const WAIT_MS = 30_000;

/** How a test starts `:dev`. */
export interface DevStart {
  /** The person's current folder. */
  readonly folder: string;
  readonly bundle: string;
  readonly wranglerFile: string;
  readonly dataDir: string;
  readonly readyFile: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The program `:dev` as a person starts it, for tests. */
export class DevProgram {
  output = "";
  readonly #child: ChildProcess;
  readonly #readyFile: string;
  readonly exitCode: Promise<number | null>;

  constructor({ folder, bundle, wranglerFile, dataDir, readyFile, args = [], env = {} }: DevStart) {
    this.#readyFile = readyFile;
    const program = ["tools/tenant/dev.js", "--tenant=acme", `--bundle=${bundle}`, `--wrangler=${wranglerFile}`];
    const options = [
      "--migrations=platform/storage/migrations",
      "--port=0",
      `--data=${dataDir}`,
      `--ready-file=${readyFile}`,
    ];
    this.#child = spawn(process.execPath, [...program, ...options, ...args], {
      env: { ...process.env, BUILD_WORKSPACE_DIRECTORY: undefined, BUILD_WORKING_DIRECTORY: folder, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => (this.output += chunk));
    }
    this.exitCode = new Promise((resolve) => this.#child.once("close", resolve));
  }

  async ready(): Promise<TenantAddress> {
    await this.#until(() => existsSync(this.#readyFile), "the ready file");
    const ready: unknown = JSON.parse(readFileSync(this.#readyFile, "utf8"));
    assert.ok(typeof ready === "object" && ready !== null && "url" in ready && "apiKey" in ready);
    return { url: String(ready.url), apiKey: String(ready.apiKey) };
  }

  async says(text: string): Promise<void> {
    await this.#until(() => this.output.includes(text), JSON.stringify(text));
  }

  /** Ctrl-C. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return this.exitCode;
  }

  async #until(isThere: () => boolean, what: string): Promise<void> {
    const endMs = Date.now() + WAIT_MS;
    while (!isThere()) {
      if (Date.now() > endMs || this.#child.exitCode !== null)
        assert.fail(`no ${what}; the program said:\n${this.output}`);
      await sleep(50);
    }
  }
}
