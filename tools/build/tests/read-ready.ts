import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** Most time until `:dev` serves what is built already, milliseconds. */
const READY_MS = 120_000;

/** Waits for what `:dev` writes into its `--ready-file` when it serves. @throws Error when it never does */
export async function readReady(file: string): Promise<{ readonly url: string; readonly apiKey: string }> {
  const untilMs = Date.now() + READY_MS;
  while (Date.now() < untilMs) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as { url: string; apiKey: string };
    await setTimeout(200);
  }
  throw new Error(":dev does not serve");
}
