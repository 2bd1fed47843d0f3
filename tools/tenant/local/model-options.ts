import * as z from "#base/zod";

import type { TenantConfig } from "#tenancy/tenant-config";
import { CommandError, EXIT_CODES, type CommandLine, type OptionSpec } from "#tools/command/command-line";

/** Options of every command that starts a server. */
export const modelOptions = {
  "model-url": {
    type: "string",
    value: "URL",
    about: "OpenAI-compatible server for chat and embeddings; its key: MODEL_API_KEY",
  },
  "model-map": {
    type: "string",
    value: "A=B",
    multiple: true,
    about: "call the tenant's model A by the name B there; repeatable",
  },
} as const satisfies Record<string, OptionSpec>;

/** A model server in place of the local model. */
export interface ModelChoice {
  readonly modelUrl: string;
  readonly modelMap: Readonly<Record<string, string>>;
  readonly apiKey?: string;
}

const PROBE_TIMEOUT_MS = 30_000;

/** Reads `--model-url` and `--model-map`. */
export function parseModelOptions(
  values: CommandLine<typeof modelOptions>["values"],
  env: NodeJS.ProcessEnv,
): ModelChoice | undefined {
  const modelUrl = values["model-url"];
  const modelMap = Object.fromEntries((values["model-map"] ?? []).map(parsePair));
  if (modelUrl === undefined) {
    if (values["model-map"] === undefined) return undefined;
    throw new CommandError("--model-map needs --model-url", {
      fix: "say which server has those models",
      exitCode: EXIT_CODES.usage,
    });
  }
  if (!/^https?:$/.test(URL.parse(modelUrl)?.protocol ?? "")) {
    throw new CommandError(`--model-url ${modelUrl} is no address`, {
      fix: "write it like http://localhost:11434/v1",
      exitCode: EXIT_CODES.usage,
    });
  }
  const apiKey = env["MODEL_API_KEY"];
  return { modelUrl: modelUrl.replace(/\/+$/, ""), modelMap, ...(apiKey === undefined ? {} : { apiKey }) };
}

function parsePair(text: string): [string, string] {
  // Model names may hold "=" nowhere, so the first one separates.
  const [from, to, ...more] = text.split("=");
  if (from !== undefined && from !== "" && to !== undefined && to !== "" && more.length === 0) return [from, to];
  throw new CommandError(`--model-map ${text} is not of the form A=B`, {
    fix: "write the tenant's model, =, and the name the server has for it",
    exitCode: EXIT_CODES.usage,
  });
}

/** What the start screen says about the model. */
export function describeModel(model: ModelChoice | undefined): string {
  return model === undefined
    ? "local, answers out of the given sources (--model-url for a real one)"
    : `at ${model.modelUrl}`;
}

const embeddingsSchema = z.object({
  data: z.array(z.object({ embedding: z.array(z.number()) })).check(z.minLength(1)),
});

/**
 * Embeds one word, before anything is served: a server that cannot be reached, does not know the model, or gives vectors
 * that the index does not take would otherwise show at the first document.
 */
export async function checkModelServer(model: ModelChoice, config: TenantConfig): Promise<void> {
  const wanted = config.ai.models.embedding;
  const name = model.modelMap[wanted] ?? wanted;
  const found = await embeddingLength(model, name);
  if (found === config.vectorize.dimensions) return;
  throw new CommandError(
    `the embeddings of ${name} have ${found} dimensions, the tenant's index takes ${config.vectorize.dimensions}`,
    {
      why: `"${wanted}" is answered by ${name} at ${model.modelUrl}`,
      fix: `map ${wanted} to a model with ${config.vectorize.dimensions} dimensions (--model-map), or set vectorize.dimensions to ${found} and start with a new data folder (--data)`,
    },
  );
}

async function embeddingLength({ modelUrl, apiKey }: ModelChoice, name: string): Promise<number> {
  const url = `${modelUrl.endsWith("/v1") ? modelUrl : `${modelUrl}/v1`}/embeddings`;
  const failure = (why: string) =>
    new CommandError(`the model server does not embed with ${name}`, {
      why,
      fix: "start the server and load the model, or name one that it has: --model-map <tenant's model>=<its name>",
    });
  const headers = {
    "content-type": "application/json",
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const request = {
    method: "POST",
    headers,
    body: JSON.stringify({ model: name, input: ["probe"] }),
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  };
  const response = await fetch(url, request).catch((error: unknown) => {
    throw failure(
      `nobody answers at ${url} (${error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)})`,
    );
  });
  const text = await response.text();
  if (!response.ok) throw failure(`${url} answered HTTP ${response.status}: ${text.slice(0, 200)}`);
  const parsed = embeddingsSchema.safeParse(parseJson(text));
  if (!parsed.success) throw failure(`${url} did not answer with embeddings`);
  return parsed.data.data[0]?.embedding.length ?? 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses it.
    return undefined;
  }
}
