import type { ModelBehaviour } from "#simulators/contract/control-messages";
import { AiRefusal, refusalOfStatus } from "./errors.js";
import { type ModelFacts, findModel } from "./model-catalog.js";
import { type ModelRun, streamAnswer } from "./model-run.js";
import { runChat } from "./run-chat.js";
import { runEmbeddings } from "./run-embeddings.js";
import { runReranking } from "./run-reranking.js";
import { runSpeech } from "./run-speech.js";
import { foreverMs, pause } from "./stream-events.js";
import { runUpstream } from "./upstream.js";

/**
 * Runs a model: what a test planned comes first, then the server behind `modelUrl`, then the simulated models.
 *
 * @throws AiRefusal as the service would refuse.
 */
export async function runModel(run: ModelRun): Promise<Response> {
  const planned = await playBehaviour(run);
  if (planned !== undefined) return planned;
  const model = findModel(run.model);
  const isScripted = run.behaviour?.kind === "answer";
  if (run.options.modelUrl !== undefined && !isScripted && isServedUpstream(model)) return runUpstream(run, model);
  if (model === undefined) throw AiRefusal.of("noSuchModel", `No such model ${run.model} or task`);
  return simulate(run, model);
}

function simulate(run: ModelRun, model: ModelFacts): Response {
  switch (model.task) {
    case "chat":
      return runChat(run, model);
    case "embeddings":
      // bge-m3 also ranks passages when it is asked with a query.
      return "contexts" in run.inputs ? runReranking(run, model) : runEmbeddings(run, model);
    case "reranking":
      return runReranking(run, model);
    case "speech":
      return runSpeech(run);
  }
}

/** An OpenAI-compatible server has chat and embeddings; a name that the catalogue does not know may be the server's. */
function isServedUpstream(model: ModelFacts | undefined): boolean {
  return model === undefined || model.task === "chat" || model.task === "embeddings";
}

/** What was planned for this call, if that alone is its answer. */
async function playBehaviour(run: ModelRun): Promise<Response | undefined> {
  const { behaviour } = run;
  switch (behaviour?.kind) {
    case "error":
      throw refusalOfStatus(behaviour.status, behaviour.message, behaviour.code);
    case "delay":
      await pause(behaviour.delayMs);
      return undefined;
    case "hang":
      await pause(foreverMs);
      throw refusalOfStatus(408, undefined);
    case "garbage":
      run.onEnd();
      return new Response(behaviour.body ?? "<html>502 Bad Gateway</html>", {
        headers: { "content-type": behaviour.contentType ?? "application/json" },
      });
    case "chunks":
      return streamAnswer(chunkStream(run, behaviour));
    default:
      return undefined;
  }
}

function chunkStream(
  run: ModelRun,
  { chunks, delayMs = 0 }: Extract<ModelBehaviour, { kind: "chunks" }>,
): ReadableStream<Uint8Array> {
  const left = chunks.map((chunk) => new TextEncoder().encode(chunk));
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await pause(delayMs);
      const next = left.shift();
      if (next !== undefined) {
        controller.enqueue(next);
        return;
      }
      run.onEnd();
      controller.close();
    },
    cancel() {
      run.call.aborted = true;
      run.onEnd();
    },
  });
}
