import { AnswerReader, partByPart, type WaitUntil } from "#ai-gateway/answer-reader";
import { CallDeadline } from "#ai-gateway/call-deadline";
import { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import { type EmbeddedBatch, embedInBatches, parseEmbeddings } from "#ai-gateway/embed-batches";
import { askInTurn, type Chain } from "#ai-gateway/fallback";
import { CallRecorder, type CallSubject, type ModelCallRecord } from "#ai-gateway/model-call-record";
import type {
  CallContext,
  Embeddings,
  EmbedRequest,
  ModelClient,
  Reranking,
  RerankRequest,
  TextRequest,
  TextStream,
} from "#ai-gateway/model-client";
import { failureOfResponse } from "#ai-gateway/model-failure";
import { parseReranking, rerankInputs } from "#ai-gateway/parse-reranking";
import { type RunModel, runThroughGateway } from "#ai-gateway/run-model";
import { DEFAULT_MAX_TOKENS, promptText, textInputs } from "#ai-gateway/text-inputs";
import { type Clock, systemClock } from "#base/clock";
import type { AiConfig } from "#tenancy/ai-config";
import type { TenantId } from "#tenancy/tenant-id";

/** An answer that comes in one piece may take so long for each of its tokens, besides the time to the first: slow models say 25 in a second. */
const MS_PER_TOKEN = 40;

export interface ModelClientOptions {
  /** The tenant's own gateway: logs, caches and limits of two tenants are apart. */
  readonly gatewayId: string;
  /** Fallbacks, timeouts and caching. */
  readonly ai: Pick<AiConfig, "fallbacks" | "timeouts" | "cacheTtlSeconds">;
  /** Shared by all clients of an isolate, so that what one call learns helps the next. Default: none but this client's. */
  readonly breakers?: CircuitBreakers;
  readonly clock?: Clock;
  /** Told of each call, once, when it has ended. Must not throw; what it throws is dropped. */
  readonly onCall?: (record: ModelCallRecord) => void;
  /** Keeps the isolate alive until the provider's stream has ended behind an answer. */
  readonly waitUntil?: WaitUntil;
}

/** Models through Workers AI and the tenant's AI Gateway. */
export function workersAiClient(ai: Ai, options: ModelClientOptions): ModelClient {
  return new WorkersAiClient(ai, options);
}

class WorkersAiClient implements ModelClient {
  readonly #run: RunModel;
  readonly #fallbacks: ReadonlyMap<string, readonly string[]>;
  readonly #timeouts: AiConfig["timeouts"];
  readonly #breakers: CircuitBreakers;
  readonly #clock: Clock;
  readonly #onCall: ModelClientOptions["onCall"];
  readonly #waitUntil: WaitUntil | undefined;

  constructor(ai: Ai, options: ModelClientOptions) {
    const { fallbacks, timeouts, cacheTtlSeconds } = options.ai;
    this.#run = runThroughGateway(ai, options.gatewayId, cacheTtlSeconds);
    this.#fallbacks = new Map(Object.entries(fallbacks));
    this.#timeouts = timeouts;
    this.#breakers = options.breakers ?? new CircuitBreakers();
    this.#clock = options.clock ?? systemClock;
    this.#onCall = options.onCall;
    this.#waitUntil = options.waitUntil;
  }

  async streamText(tenantId: TenantId, request: TextRequest, context: CallContext): Promise<TextStream> {
    const recorder = this.#recorder(tenantId, { purpose: "chat", requestedModel: request.model }, context);
    const models = [request.model, ...(this.#fallbacks.get(request.model) ?? [])];
    const chain = this.#chain(models, recorder, context.signal);
    try {
      const attempt = { request, context, endsAtMs: chain.endsAtMs };
      const { model, reader, headers } = await askInTurn(tenantId, chain, (candidate) =>
        this.#openText(tenantId, candidate, attempt),
      );
      recorder.answered(headers, reader.isWhole);
      const batches = reader.begin((end, usage) => {
        if (end === "broken") this.#breakers.report(tenantId, model, "failure", this.#clock.nowMs());
        recorder.finish(end, usage);
      }, this.#waitUntil);
      return { model, logId: headers.get("cf-aig-log-id") ?? undefined, parts: partByPart(batches), batches };
    } catch (error) {
      recorder.failed(context.signal?.aborted === true);
      throw error;
    }
  }

  async embed(tenantId: TenantId, request: EmbedRequest, context: CallContext): Promise<Embeddings> {
    const { model, texts } = request;
    const recorder = this.#recorder(tenantId, { purpose: "embedding", requestedModel: model }, context);
    try {
      const { vectors, usage } = await embedInBatches(texts, context.signal, (batch, signal) =>
        askInTurn(tenantId, this.#chain([model], recorder, signal), () =>
          this.#embedBatch(tenantId, { model, texts: batch }, { ...context, signal }, recorder),
        ),
      );
      recorder.finish("ok", usage);
      return { model, dimensions: vectors[0]?.length ?? 0, vectors, usage };
    } catch (error) {
      recorder.failed(context.signal?.aborted === true);
      throw error;
    }
  }

  async rerank(tenantId: TenantId, request: RerankRequest, context: CallContext): Promise<Reranking> {
    const { model } = request;
    const recorder = this.#recorder(tenantId, { purpose: "rerank", requestedModel: model }, context);
    try {
      const { scores, usage } = await askInTurn(tenantId, this.#chain([model], recorder, context.signal), async () => {
        const call = { model, inputs: rerankInputs(request), context };
        return parseReranking(await this.#runWhole(tenantId, call, this.#timeouts.rerankMs, recorder), request);
      });
      recorder.finish("ok", usage);
      return { model, scores, usage };
    } catch (error) {
      recorder.failed(context.signal?.aborted === true);
      throw error;
    }
  }

  /** One attempt at a text model, up to its first part. */
  async #openText(
    tenantId: TenantId,
    model: string,
    { request, context, endsAtMs }: { request: TextRequest; context: CallContext; endsAtMs: number },
  ): Promise<{ model: string; reader: AnswerReader; headers: Headers }> {
    const { firstTokenMs, idleMs } = this.#timeouts;
    const deadline = new CallDeadline(this.#clock, endsAtMs, context.signal, idleMs);
    try {
      const inputs = textInputs(model, request);
      const { stop = [], maxTokens = DEFAULT_MAX_TOKENS } = request;
      const speakingMs = inputs["stream"] === true ? 0 : maxTokens * MS_PER_TOKEN;
      const times = { firstTokenByMs: deadline.after(firstTokenMs + speakingMs), idleMs };
      const call = { model, inputs, context, signal: deadline.signal };
      const response = await deadline.wait(this.#run(tenantId, call), times.firstTokenByMs);
      const options = { promptText: () => promptText(request), stop, maxTokens };
      return { model, reader: await AnswerReader.open(response, options, deadline, times), headers: response.headers };
    } catch (error) {
      deadline.abort();
      throw error;
    }
  }

  async #embedBatch(
    tenantId: TenantId,
    { model, texts }: EmbedRequest,
    context: CallContext,
    recorder: CallRecorder,
  ): Promise<EmbeddedBatch> {
    const call = { model, inputs: { text: texts }, context };
    return parseEmbeddings(await this.#runWhole(tenantId, call, this.#timeouts.embeddingMs, recorder), texts);
  }

  /** One attempt at a model that answers in one piece: its body. */
  async #runWhole(
    tenantId: TenantId,
    call: { readonly model: string; readonly inputs: Record<string, unknown>; readonly context: CallContext },
    timeoutMs: number,
    recorder: CallRecorder,
  ): Promise<string> {
    const untilMs = this.#clock.nowMs() + timeoutMs;
    const deadline = new CallDeadline(this.#clock, untilMs, call.context.signal);
    try {
      const response = await deadline.wait(this.#run(tenantId, { ...call, signal: deadline.signal }), untilMs);
      if (!response.ok) throw await deadline.wait(failureOfResponse(response), untilMs);
      const body = await deadline.wait(response.text(), untilMs);
      recorder.answered(response.headers);
      deadline.end();
      return body;
    } catch (error) {
      deadline.abort();
      throw error;
    }
  }

  #recorder(tenantId: TenantId, subject: CallSubject, context: CallContext): CallRecorder {
    return new CallRecorder(tenantId, subject, context, { clock: this.#clock, onCall: this.#onCall });
  }

  #chain(models: readonly string[], recorder: CallRecorder, signal: AbortSignal | undefined): Chain {
    return {
      models,
      breakers: this.#breakers,
      clock: this.#clock,
      endsAtMs: recorder.startedMs + this.#timeouts.totalMs,
      signal,
      onAttempt: (attempt) => recorder.attempt(attempt),
    };
  }
}
