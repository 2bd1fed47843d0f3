import { estimateTokens } from "#ai-gateway/estimate-tokens";
import { costMicroUsd } from "#ai-gateway/model-cost";
import type { CallContext, ModelClient, TextPart, TextRequest, TextStream, TokenUsage } from "#ai-gateway/model-client";
import { estimateRerankTokens } from "#ai-gateway/parse-reranking";
import { DEFAULT_MAX_TOKENS } from "#ai-gateway/text-inputs";
import { NOTHING, type Amount, type Budget } from "#limits/budget";
import type { Admission, QuotaClient } from "#limits/quota-client";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantId } from "#tenancy/tenant-id";

/** Whose budgets, and how they are asked. */
export interface Purse {
  readonly quotas: QuotaClient;
  readonly budgets: readonly Budget[];
  readonly ai: TenantConfig["ai"];
  /** Keeps the isolate alive until what was spent is booked. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * A model client that spends from the tenant's budgets: each call reserves the most it may cost before it is made, and
 * settles what it did cost when it ends, however it ends. A stream that was left or broke off is billed for what it produced.
 * Besides the client's own errors: `budget_exceeded`, before any call.
 */
export function budgetedModels(models: ModelClient, purse: Purse): ModelClient {
  return {
    async streamText(tenantId, request, context) {
      const tokensIn = promptTokens(request);
      const need = largestCost(purse.ai, request.model, tokensIn, request.maxTokens ?? DEFAULT_MAX_TOKENS);
      const admission = await reserve(purse, tenantId, request.model, context, need);
      const stream = await models.streamText(tenantId, request, context).catch((error: unknown) => {
        admission.settle(NOTHING);
        throw error;
      });
      return metered(stream, admission, tokensIn);
    },

    async embed(tenantId, request, context) {
      const tokens = request.texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      return spend(purse, tenantId, { model: request.model, tokens, context }, () =>
        models.embed(tenantId, request, context),
      );
    },

    async rerank(tenantId, request, context) {
      const call = { model: request.model, tokens: estimateRerankTokens(request), context };
      return spend(purse, tenantId, call, () => models.rerank(tenantId, request, context));
    },
  };
}

/** A call that answers in one piece and writes no text: reserved by its estimate, settled by its usage. */
async function spend<Answer extends { readonly usage: TokenUsage }>(
  purse: Purse,
  tenantId: TenantId,
  { model, tokens, context }: { readonly model: string; readonly tokens: number; readonly context: CallContext },
  call: () => Promise<Answer>,
): Promise<Answer> {
  const admission = await reserve(purse, tenantId, model, context, amountOf(model, tokens, 0));
  try {
    const answer = await call();
    admission.settle(amountOf(model, answer.usage.tokensIn, 0));
    return answer;
  } catch (error) {
    admission.settle(NOTHING);
    throw error;
  }
}

function reserve(
  { quotas, budgets, waitUntil }: Purse,
  tenantId: TenantId,
  modelId: string,
  { principalId = "anonymous" }: CallContext,
  need: Amount,
): Promise<Admission> {
  return quotas.admit(tenantId, { budget: { keyId: principalId, modelId, need, budgets }, waitUntil });
}

/** What a call may cost at most, with whichever model of its chain answers. */
function largestCost(ai: TenantConfig["ai"], model: string, tokensIn: number, tokensOut: number): Amount {
  const fallbacks = new Map(Object.entries(ai.fallbacks)).get(model) ?? [];
  const costs = [model, ...fallbacks].map((id) => amountOf(id, tokensIn, tokensOut));
  return { tokens: tokensIn + tokensOut, microUsd: Math.max(...costs.map(({ microUsd }) => microUsd)) };
}

/** A model without a known price counts in tokens only. */
function amountOf(model: string, tokensIn: number, tokensOut: number): Amount {
  return { tokens: tokensIn + tokensOut, microUsd: costMicroUsd(model, { tokensIn, tokensOut }) ?? 0 };
}

function promptTokens({ messages, tools, responseFormat }: TextRequest): number {
  const texts = messages.map(({ content }) => content);
  const extras = tools === undefined && responseFormat === undefined ? [] : [JSON.stringify({ tools, responseFormat })];
  return [...texts, ...extras].reduce((sum, text) => sum + estimateTokens(text), 0);
}

/** The same stream, which settles when its end is seen, or it breaks off or is left before. */
function metered(stream: TextStream, admission: Admission, tokensIn: number): TextStream {
  let produced = "";
  let isSettled = false;
  const settle = (actual: Amount): void => {
    if (!isSettled) admission.settle(actual);
    isSettled = true;
  };
  const see = (part: TextPart): void => {
    if (part.type === "text") produced += part.text;
    else if (part.type === "tool_call") produced += part.call.arguments;
    // At once: a reader that has the end need not ask for more.
    else settle(amountOf(stream.model, part.usage.tokensIn, part.usage.tokensOut));
  };
  const leave = (): void => settle(amountOf(stream.model, tokensIn, estimateTokens(produced)));
  return {
    ...stream,
    parts: watched(stream.parts, see, leave),
    batches: watched(stream.batches, (parts) => parts.forEach(see), leave),
  };
}

/**
 * The same items, seen as they pass; `end` is called when there are no more, when reading fails, or when the reader
 * leaves. Not a generator: leaving one waits for the item that is being read, and a silent model gives none for long.
 */
function watched<Item>(items: AsyncIterable<Item>, see: (item: Item) => void, end: () => void): AsyncIterable<Item> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const next = await iterator.next();
            if (next.done === true) end();
            else see(next.value);
            return next;
          } catch (error) {
            end();
            throw error;
          }
        },
        async return() {
          end();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
