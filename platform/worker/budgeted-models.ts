import { estimateTokens, messageTokens } from "#ai-gateway/estimate-tokens";
import { costMicroUsd } from "#ai-gateway/model-cost";
import type { CallContext, ModelClient, TextPart, TextRequest, TextStream, TokenUsage } from "#ai-gateway/model-client";
import { estimateRerankTokens } from "#ai-gateway/parse-reranking";
import { DEFAULT_MAX_TOKENS } from "#ai-gateway/text-inputs";
import { NOTHING, type Amount, type Budget } from "#limits/budget";
import type { Admission, QuotaClient } from "#limits/quota-client";
import type { RateDemand } from "#limits/quota-message";
import type { RequestCount } from "#limits/request-count";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantId } from "#tenancy/tenant-id";

/** Whose budgets, and how they are asked. */
export interface Purse {
  readonly quotas: QuotaClient;
  readonly budgets: readonly Budget[];
  readonly ai: TenantConfig["ai"];
  /** Keeps the isolate alive until what was spent is booked. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** The request that is still to be counted in the rate limits: it is, with the first reservation. */
  readonly count?: RequestCount;
}

/** A call that is paid for in advance. */
export interface AdmittedText {
  readonly headers: Admission["headers"];
  /** The first text call of these spends what was reserved. */
  readonly models: ModelClient;
  /** Gives back what was reserved, if no call is made after all. */
  release(): void;
}

/** A model client whose text calls can be paid for in advance. */
export interface BudgetedModels extends ModelClient {
  /** Reserves what a call may cost, and `moreTokens` of prompt; counts a request in the same step. Throws as `streamText` before any call. */
  admitText(
    tenantId: TenantId,
    request: TextRequest,
    context: CallContext,
    options: { readonly moreTokens: number; readonly rate: readonly RateDemand[] },
  ): Promise<AdmittedText>;
}

/**
 * A model client that spends from the tenant's budgets: each call reserves the most it may cost before it is made, and
 * settles what it did cost when it ends, however it ends. A stream that was left or broke off is billed for what it produced.
 * Besides the client's own errors: `budget_exceeded`, before any call; `rate_limited`, of a request that is counted here.
 */
export function budgetedModels(models: ModelClient, purse: Purse): BudgetedModels {
  const admit = (
    tenantId: TenantId,
    request: TextRequest,
    context: CallContext,
    { moreTokens = 0, rate = takeRate(purse) } = {},
  ): Promise<Admission> => {
    const tokensIn = promptTokens(request) + moreTokens;
    const need = largestCost(purse.ai, request.model, tokensIn, request.maxTokens ?? DEFAULT_MAX_TOKENS);
    return reserve(tenantId, purse, { modelId: request.model, need, rate }, context);
  };
  const spend = async (
    admission: Admission,
    ...[tenantId, request, context]: Parameters<ModelClient["streamText"]>
  ): Promise<TextStream> => {
    const stream = await models.streamText(tenantId, request, context).catch((error: unknown) => {
      admission.settle(NOTHING);
      throw error;
    });
    return metered(stream, admission, () => promptTokens(request));
  };
  const budgeted: BudgetedModels = {
    async admitText(tenantId, request, context, options) {
      const admission = await admit(tenantId, request, context, options);
      let unspent: Admission | undefined = admission;
      const streamText: ModelClient["streamText"] = (...call) => {
        const first = unspent;
        unspent = undefined;
        return first === undefined ? budgeted.streamText(...call) : spend(first, ...call);
      };
      const { headers } = admission;
      return { headers, models: { ...budgeted, streamText }, release: () => unspent?.settle(NOTHING) };
    },

    async streamText(...call) {
      return spend(await admit(...call), ...call);
    },

    async embed(tenantId, request, context) {
      const tokens = request.texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      const call = { model: request.model, tokens, context };
      return spendWhole(tenantId, purse, call, () => models.embed(tenantId, request, context));
    },

    async rerank(tenantId, request, context) {
      const call = { model: request.model, tokens: estimateRerankTokens(request), context };
      return spendWhole(tenantId, purse, call, () => models.rerank(tenantId, request, context));
    },
  };
  return budgeted;
}

/** A call that answers in one piece and writes no text: reserved by its estimate, settled by its usage. */
async function spendWhole<Answer extends { readonly usage: TokenUsage }>(
  tenantId: TenantId,
  purse: Purse,
  { model, tokens, context }: { readonly model: string; readonly tokens: number; readonly context: CallContext },
  call: () => Promise<Answer>,
): Promise<Answer> {
  const need = amountOf(model, tokens, 0);
  const admission = await reserve(tenantId, purse, { modelId: model, need, rate: takeRate(purse) }, context);
  try {
    const answer = await call();
    admission.settle(amountOf(model, answer.usage.tokensIn, 0));
    return answer;
  } catch (error) {
    admission.settle(NOTHING);
    throw error;
  }
}

/** What the purse's request is still to be counted in. Whatever comes of it, it is judged with what is reserved now. */
export function takeRate({ count }: Pick<Purse, "count">): readonly RateDemand[] {
  const rate = count?.demands ?? [];
  if (rate.length > 0) count?.decided();
  return rate;
}

/** Reserves what a call may cost, and counts the request in the same step. */
export async function reserve(
  tenantId: TenantId,
  { quotas, budgets, waitUntil, count }: Omit<Purse, "ai">,
  { rate, modelId, need }: { rate: readonly RateDemand[]; modelId: string; need: Amount },
  { principalId = "anonymous" }: CallContext,
): Promise<Admission> {
  const budget = { keyId: principalId, modelId, need, budgets };
  const admission = await quotas.admit(tenantId, { rate, isNoted: count !== undefined, budget, waitUntil });
  if (rate.length > 0) count?.decided(admission.headers);
  return admission;
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
  let tokens =
    tools === undefined && responseFormat === undefined ? 0 : estimateTokens(JSON.stringify({ tools, responseFormat }));
  for (const message of messages) {
    tokens += messageTokens(message);
    if ("toolCalls" in message) tokens += estimateTokens(JSON.stringify(message.toolCalls));
  }
  return tokens;
}

/** The same stream, which settles when its end is seen, or it breaks off or is left before. */
function metered(stream: TextStream, admission: Admission, tokensIn: () => number): TextStream {
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
  const leave = (): void => settle(amountOf(stream.model, tokensIn(), estimateTokens(produced)));
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
