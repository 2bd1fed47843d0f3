import { CallDeadline } from "#ai-gateway/call-deadline";
import type { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { askInTurn } from "#ai-gateway/fallback";
import { CallRecorder, type ModelCallRecord } from "#ai-gateway/model-call-record";
import { catalogEntry } from "#ai-gateway/model-catalog";
import type { CallContext } from "#ai-gateway/model-client";
import { brokenAnswer, failureOfResponse, ModelFailure } from "#ai-gateway/model-failure";
import { type RunModel, runThroughGateway } from "#ai-gateway/run-model";
import type { Clock } from "#base/clock";
import type { AiConfig } from "#tenancy/ai-config";
import type { TenantId } from "#tenancy/tenant-id";

/** One call of a speech model. */
export interface SpeechCall {
  readonly model: string;
  /** What is said: it is what the call costs. */
  readonly text: string;
  /** The inputs as the model wants them, the text among them. */
  readonly inputs: Record<string, unknown>;
  /** Takes the audio out of an answer. Throws whatever it likes at an answer that is none. */
  readonly read: (contentType: string, body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}

/** The only way to a speech model. */
export interface SpeechClient {
  /**
   * Resolves with the first bytes of the audio: until then a failure is the call's, and nothing has been heard. There is no
   * fallback: the voice would change. Leaving the iteration cancels the provider's call.
   * @throws PlatformError as `ModelClient`; the iteration throws `model_unavailable` when the audio breaks off.
   */
  speak(tenantId: TenantId, call: SpeechCall, context: CallContext): Promise<AsyncIterable<Uint8Array>>;
}

export interface SpeechClientOptions {
  readonly gatewayId: string;
  readonly ai: Pick<AiConfig, "timeouts" | "cacheTtlSeconds">;
  readonly breakers: CircuitBreakers;
  readonly clock: Clock;
  /** Told of each call, once, when it has ended. */
  readonly onCall: (record: ModelCallRecord) => void;
}

/** What saying a text costs, in whole micro-USD, rounded up. Undefined for a model without a known price. */
export function speechCostMicroUsd(model: string, text: string): number | undefined {
  const price = catalogEntry(model)?.microUsdPerCharacter;
  return price === undefined ? undefined : Math.ceil(price * text.length);
}

/** Speech models through Workers AI and the tenant's AI Gateway. */
export function speechClient(ai: Ai, options: SpeechClientOptions): SpeechClient {
  const { gatewayId, ai: config, breakers, clock, onCall } = options;
  const { totalMs } = config.timeouts;
  const run = runThroughGateway(ai, gatewayId, config.cacheTtlSeconds);
  return {
    async speak(tenantId, call, context) {
      const { model, text } = call;
      const { signal } = context;
      const recorder = new CallRecorder(tenantId, { purpose: "speech", requestedModel: model }, context, {
        clock,
        onCall,
      });
      const endsAtMs = recorder.startedMs + totalMs;
      const onAttempt = recorder.attempt.bind(recorder);
      const chain = { models: [model], breakers, clock, endsAtMs, signal, onAttempt };
      try {
        const { first, rest, headers } = await askInTurn(tenantId, chain, () =>
          open(tenantId, run, call, { context, deadline: new CallDeadline(clock, endsAtMs, signal), config }),
        );
        recorder.answered(headers);
        const usage = { tokensIn: estimateTokens(text), tokensOut: 0, isEstimate: true };
        return follow(first, rest, (end) => {
          if (end === "broken") breakers.report(tenantId, model, "failure", clock.nowMs());
          recorder.finish(end, usage, speechCostMicroUsd(model, text));
        });
      } catch (error) {
        recorder.failed(signal?.aborted === true);
        throw error;
      }
    },
  };
}

/** One attempt, up to the first bytes. */
async function open(
  tenantId: TenantId,
  run: RunModel,
  { model, inputs, read }: SpeechCall,
  {
    context,
    deadline,
    config: { timeouts },
  }: { context: CallContext; deadline: CallDeadline; config: SpeechClientOptions["ai"] },
) {
  try {
    const untilMs = deadline.after(timeouts.firstTokenMs);
    const response = await deadline.wait(run(tenantId, { model, inputs, context, signal: deadline.signal }), untilMs);
    if (!response.ok) throw await deadline.wait(failureOfResponse(response), untilMs);
    const { headers, body } = response;
    const bytes = chunksOf(body, deadline, untilMs, timeouts.idleMs);
    const rest = read(headers.get("content-type") ?? "", bytes)[Symbol.asyncIterator]();
    const first = await rest.next();
    if (first.done === true) throw new ModelFailure("unavailable", "an answer without audio");
    return { first: first.value, rest, headers };
  } catch (error) {
    deadline.abort();
    throw error;
  }
}

async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  deadline: CallDeadline,
  untilMs: number,
  idleMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body?.getReader();
  try {
    for (let byMs = untilMs; reader !== undefined; byMs = deadline.after(idleMs)) {
      const { done, value } = await deadline.wait(reader.read(), byMs);
      if (done) {
        deadline.end();
        return;
      }
      yield value;
    }
  } finally {
    deadline.abort();
    // It fails when the stream has failed already.
    reader?.cancel().catch(() => undefined);
  }
}

/** The audio, whose end is told once: complete, broken off, or left. */
async function* follow(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  onEnd: (end: "ok" | "broken" | "cancelled") => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let end: "ok" | "broken" | "cancelled" = "cancelled";
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
    end = "ok";
  } catch (error) {
    end = "broken";
    throw brokenAnswer(error);
  } finally {
    onEnd(end);
    await rest.return?.();
  }
}
