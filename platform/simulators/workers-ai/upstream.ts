import { refusalOfStatus, AiRefusal } from "./errors.js";
import type { ModelFacts } from "./model-catalog.js";
import { type ModelRun, jsonAnswer, noteTokens, streamAnswer } from "./model-run.js";
import { parseMessages } from "./parse-messages.js";
import { readEventData } from "./read-event-data.js";
import { parseTexts } from "./run-embeddings.js";
import { eventBody, type StreamedEvent, type StreamOptions, streamEvents } from "./stream-events.js";
import { type CompletionBody, UpstreamTranslator, chatBody, embeddingAnswer, wholeAnswer } from "./upstream-format.js";

/**
 * Sends a chat or embedding call to the OpenAI-compatible server behind `modelUrl` and gives its answer in the shape
 * of Workers AI.
 *
 * @throws AiRefusal with the server's status when it refuses, and with 502 when it cannot be reached.
 */
export async function runUpstream(run: ModelRun, model: ModelFacts | undefined): Promise<Response> {
  const isEmbedding = model === undefined ? "text" in run.inputs : model.task === "embeddings";
  return isEmbedding ? embedUpstream(run) : chatUpstream(run, model?.shape ?? "response");
}

async function embedUpstream(run: ModelRun): Promise<Response> {
  const input = parseTexts(run.inputs["text"]);
  const response = await post(run, "embeddings", { model: modelName(run), input, encoding_format: "float" });
  const body = await readJson(response);
  const answer = embeddingAnswer(body, input.length);
  noteTokens(run.call, body.usage?.prompt_tokens ?? 0, 0);
  run.onEnd();
  return jsonAnswer(answer);
}

async function chatUpstream(run: ModelRun, shape: ModelFacts["shape"]): Promise<Response> {
  parseMessages(run.inputs);
  const abort = new AbortController();
  const response = await post(run, "chat/completions", chatBody(run.inputs, modelName(run)), abort.signal);
  const stream = response.body as ReadableStream<Uint8Array> | null;
  if (run.inputs["stream"] === true && stream !== null) return streamAnswer(await translate(run, stream, shape, abort));
  const body = await readJson(response);
  noteTokens(run.call, body.usage?.prompt_tokens ?? 0, body.usage?.completion_tokens ?? 0);
  run.onEnd();
  return jsonAnswer(shape === "openai" ? body : wholeAnswer(body, run.inputs["response_format"] !== undefined));
}

/** Our stream made of theirs. `abort` hangs up on a server that is still busy when our reader goes away. */
async function translate(
  run: ModelRun,
  body: ReadableStream<Uint8Array>,
  shape: ModelFacts["shape"],
  abort: AbortController,
): Promise<ReadableStream<Uint8Array> | string> {
  const translator = new UpstreamTranslator(shape);
  const { call, behaviour } = run;
  const options: StreamOptions = {
    delayMs: 0,
    fault: behaviour?.kind === "cut" || behaviour?.kind === "stall" ? behaviour : undefined,
    onToken: () => (call.streamedTokens += 1),
    onEnd: (how) => {
      if (how !== "complete") abort.abort();
      if (how === "aborted") call.aborted = true;
      noteTokens(
        call,
        translator.usage?.prompt_tokens ?? 0,
        translator.usage?.completion_tokens ?? call.streamedTokens,
      );
      run.onEnd();
    },
  };
  const batches = translatedBatches(body, translator);
  const first = batches.next();
  // A failure is told by the stream, behind what came before it.
  const events = await first.then(
    ({ value }) => value ?? [],
    () => [],
  );
  if (!translator.isDone) return streamEvents(resumed(first, batches), options);
  // Read to its end, so that its connection serves the next call.
  run.waitUntil(batches.next().catch(() => undefined));
  return eventBody(events, options);
}

/** All batches, of which the first was asked for already. */
async function* resumed<Item>(
  first: Promise<IteratorResult<Item, undefined>>,
  rest: AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const next = await first;
  if (next.done === true) return;
  yield next.value;
  yield* rest;
}

/** Events that came together, together. Those before a failure come before it. */
async function* translatedBatches(
  body: ReadableStream<Uint8Array>,
  translator: UpstreamTranslator,
): AsyncGenerator<readonly StreamedEvent[], undefined> {
  for await (const batch of readEventData(body)) {
    const events: StreamedEvent[] = [];
    try {
      for (const data of batch) events.push(...translator.push(data));
    } catch (error) {
      yield events;
      throw error;
    }
    yield events;
  }
  translator.end();
  return undefined;
}

function modelName({ model, options }: ModelRun): string {
  return options.modelMap?.[model] ?? model;
}

/** `http://host`, `http://host/` and `http://host/v1` mean the same server. */
export function endpointUrl(modelUrl: string, path: string): string {
  const base = modelUrl.replace(/\/+$/, "");
  return /\/v\d+(?:beta)?(?:\/openai)?$/.test(base) || base.endsWith("/openai")
    ? `${base}/${path}`
    : `${base}/v1/${path}`;
}

async function post({ options }: ModelRun, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const url = endpointUrl(options.modelUrl ?? "", path);
  const authorization = options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusalOfStatus(502, `The server behind modelUrl could not be reached: ${reason}`);
  }
  if (response.ok) return response;
  throw refusalOfStatus(response.status, errorMessage(await response.text(), response.status));
}

function errorMessage(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string };
    const message = typeof error === "string" ? error : error?.message;
    if (typeof message === "string") return `AiError: ${message}`;
  } catch {
    // Not JSON: its beginning says enough.
  }
  return `AiError: the model server answered ${status}: ${text.slice(0, 300)}`;
}

async function readJson(response: Response): Promise<CompletionBody> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body;
  } catch {
    // Reported below.
  }
  throw AiRefusal.of("internal", `AiError: the model server's answer is not a JSON object: ${text.slice(0, 300)}`);
}
