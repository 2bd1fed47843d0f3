import OpenAI, { type ClientOptions } from "openai";

import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** Workers AI's own way of answering, and OpenAI's: what the Worker makes of both must be the same. */
export const MODELS = ["@cf/meta/llama-3.1-8b-instruct", "@cf/openai/gpt-oss-20b"] as const;
export const MODEL = MODELS[0];
export const EMBEDDING_MODEL = "@cf/baai/bge-base-en-v1.5";

/** The test Worker and the real client, which knows of it no more than an address and a key. */
export interface OpenAiSetup {
  readonly worker: TestWorker;
  readonly baseURL: string;
  client(options?: ClientOptions): OpenAI;
}

export async function startOpenAi(): Promise<OpenAiSetup> {
  const worker = await startTestWorker();
  const baseURL = new URL("/v1", worker.runtime.url).href;
  const client = (options: ClientOptions = {}) =>
    new OpenAI({ baseURL, apiKey: worker.keys.acme, maxRetries: 0, ...options });
  return { worker, baseURL, client };
}

/** The question of most tests, and a system message that the simulated model answers from. */
export const ASKED = {
  model: MODEL,
  messages: [
    { role: "system" as const, content: "The support desk of Acme opens at eight o'clock in the morning." },
    { role: "user" as const, content: "When does the support desk open?" },
  ],
};

/** An event stream of Workers AI's own models that says these words. */
export function wordsAsChunks(words: readonly string[]): string[] {
  return [
    ...words.map((response) => `data: ${JSON.stringify({ response })}\n\n`),
    `data: ${JSON.stringify({ response: "", usage: { prompt_tokens: 7, completion_tokens: words.length, total_tokens: 7 + words.length } })}\n\n`,
    "data: [DONE]\n\n",
  ];
}

/** Waits until a condition holds; fails after ten seconds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error("it did not come to that within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
