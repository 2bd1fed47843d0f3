import { estimateUsage } from "#ai-gateway/estimate-tokens";
import type {
  CallContext,
  ChatMessage,
  FinishReason,
  ModelClient,
  TextRequest,
  TokenUsage,
} from "#ai-gateway/model-client";
import { promptText } from "#ai-gateway/text-inputs";
import type { Clock } from "#base/clock";
import { toPlatformError } from "#base/errors";
import type { ChatEvent } from "#chat/chat-event";
import type { Usage } from "#chat/chat-request";
import { guardRounds } from "#chat/guard-rounds";
import { turnPrompt } from "#chat/turn-prompt";
import { toolTokens, turnRounds, type TurnTools } from "#chat/turn-tools";
import type { RateDemand } from "#limits/quota-message";
import { runToolRounds } from "#llm-tools/run-tool-rounds";
import type { ToolHost } from "#llm-tools/run-tool";
import type { PausedRounds } from "#llm-tools/round-state";
import type { DecidedRounds, RoundPart } from "#llm-tools/tool-rounds";
import type { AnswerFilter } from "#rag/answer-filter";
import type { Citation } from "#rag/search-response";
import type { TenantId } from "#tenancy/tenant-id";

/** A question's sources, found before the model is asked. */
export interface Grounding {
  /** System message that holds the numbered, fenced sources. */
  readonly prompt: string;
  /** Takes out of the answer what must not be in it, while it streams. `told`: what the model reads besides the sources. */
  filterAnswer(told: readonly string[]): AnswerFilter;
  /** Checks the `[n]` of a finished answer against the sources. */
  checkCitations(answer: string): readonly Citation[];
}

export interface TurnServices {
  readonly clock: Clock;
  /** Tokens of prompt and answer that a model and its fallbacks take. */
  contextTokens(modelId: string): number;
  /**
   * Counts the request that wants the turn, unless that was done, and reserves what its model call may cost: both or
   * nothing. Throws `rate_limited`, `budget_exceeded`, or `model_unavailable` when the ledger does not answer.
   */
  admit(tenantId: TenantId, turn: Turn, rate: readonly RateDemand[]): Promise<TurnAdmission>;
  /** Finds those of the tenant's passages for a question that a reader with these labels may see. */
  ground(
    tenantId: TenantId,
    { question, acl }: { readonly question: string; readonly acl: ReadonlySet<string> },
    context: CallContext,
  ): Promise<Grounding>;
  /** Runs the tenant's tools. */
  tools(): ToolHost;
  /** Told of what went wrong, with its private causes. */
  reportFailure(tenantId: TenantId, traceId: string, error: unknown): void;
}

/** What a turn may spend. */
export interface TurnAdmission {
  /** For the caller: where it stands in its rate limits. */
  readonly headers: Readonly<Record<string, string>>;
  /** Spends what was reserved with its first call. */
  readonly models: ModelClient;
  /** Gives back what no call has spent. */
  release(): void;
}

/** One turn, as far as the caller has settled it. */
export interface Turn {
  readonly sessionId: string;
  readonly traceId: string;
  readonly principalId: string;
  /** Labels that the principal carries now: what it could read in an earlier turn counts no more. */
  readonly acl: ReadonlySet<string>;
  readonly modelId: string;
  /** The tenant's system prompt and which version of it. */
  readonly systemPrompt: string;
  readonly promptVersion: string;
  /** Earlier messages of the session, oldest first, already cut to what a model should see. */
  readonly history: readonly ChatMessage[];
  /** What this call adds; the last one is the user's. */
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly isGrounded: boolean;
  /** Absent when there are none for this turn. */
  readonly tools?: TurnTools;
  /** Whether stored text has come into the session before. */
  readonly hasReadStoredText: boolean;
  /** What the turn had said and left open before it waited for a person. Absent for a new turn. */
  readonly resumed?: ResumedTurn;
  /** Aborted when nobody has listened for too long: what was produced until then is kept. */
  readonly signal: AbortSignal;
}

/** What a turn goes on from once a person has decided. */
export interface ResumedTurn {
  /** What the model has said before. */
  readonly text: string;
  readonly rounds: DecidedRounds;
}

/** What is stored of a turn that produced text. */
export interface TurnOutcome {
  readonly text: string;
  readonly usage: Usage;
  readonly finishReason: FinishReason;
  readonly hasReadStoredText: boolean;
  /** There when the turn waits for a person: then it is not over, and goes on with `Turn.resumed`. */
  readonly paused?: PausedRounds;
}

/**
 * Runs one turn and yields its events, together as they come. `commit` stores the outcome before `done` is yielded, so a client that has
 * seen `done` finds the turn in the history. A turn that produced no text commits nothing: no orphan user message.
 * Never throws: a failure is an `error` event.
 */
export async function* runChatTurn(
  tenantId: TenantId,
  services: TurnServices & Pick<TurnAdmission, "models">,
  turn: Turn,
  commit: (outcome: TurnOutcome) => Promise<void> | void,
): AsyncGenerator<readonly ChatEvent[]> {
  const { sessionId, traceId, modelId, promptVersion } = turn;
  const startedMs = services.clock.nowMs();
  const produced: Produced = { text: turn.resumed?.text ?? "", events: [], modelId };
  if (turn.resumed === undefined) yield [{ event: "start", data: { sessionId, modelId, promptVersion, traceId } }];
  try {
    const { grounding, prompt } = await preparePrompt(tenantId, services, turn);
    const filter = grounding?.filterAnswer([turn.systemPrompt, ...[...turn.history, ...turn.messages].map(contentOf)]);
    const end = yield* relayAnswer(tenantId, services, turn, prompt, produced, filter);
    if (produced.text === "" && end.finishReason === "cancelled") {
      yield [{ event: "done", data: { ok: false, finishReason: "cancelled" } }];
      return;
    }
    const { paused, finishReason } = end;
    if (paused === undefined) {
      for (const data of citationsOf(produced.text, grounding, filter))
        produced.events.push({ event: "citation", data });
    }
    const usage = toUsage(produced.modelId, end.usage, services.clock.nowMs() - startedMs);
    const hasReadStoredText = turn.isGrounded || end.hasReadStoredText === true;
    await commit({ text: produced.text, usage, finishReason, hasReadStoredText, ...(paused && { paused }) });
    yield [...take(produced), { event: "done", data: { ok: true, usage, finishReason } }];
  } catch (thrown) {
    services.reportFailure(tenantId, traceId, thrown);
    yield await closeFailedTurn(services, turn, startedMs, produced, thrown, commit);
  }
}

/** How an answer ended. */
type AnswerEnd = Extract<RoundPart, { readonly type: "end" }>;

/** What the model has said so far. */
interface Produced {
  text: string;
  /** What of it no reader has got yet. */
  events: ChatEvent[];
  /** Which model of the chain said it. */
  modelId: string;
}

function take(produced: Produced): ChatEvent[] {
  const { events } = produced;
  produced.events = [];
  return events;
}

async function preparePrompt(
  tenantId: TenantId,
  services: TurnServices,
  turn: Turn,
): Promise<{ grounding: Grounding | undefined; prompt: readonly ChatMessage[] }> {
  const question = turn.messages.at(-1)?.content ?? "";
  const grounding = turn.isGrounded
    ? await services.ground(tenantId, { question, acl: turn.acl }, contextOf(turn))
    : undefined;
  const system = grounding === undefined ? turn.systemPrompt : `${turn.systemPrompt}\n\n${grounding.prompt}`;
  return { grounding, prompt: turnPrompt({ ...turn, system }, roomTokens(services, turn)) };
}

/**
 * Passes the model's text on as it comes, and keeps it in `produced`. Returns how the answer ended; what came together with
 * the end goes with it, so that it and the events of the end are one step for the readers.
 */
async function* relayAnswer(
  tenantId: TenantId,
  services: TurnServices & Pick<TurnAdmission, "models">,
  turn: Turn,
  prompt: readonly ChatMessage[],
  produced: Produced,
  filter: AnswerFilter | undefined,
): AsyncGenerator<readonly ChatEvent[], AnswerEnd> {
  const { modelId, temperature, maxTokens, sessionId, traceId } = turn;
  const request = {
    model: modelId,
    messages: prompt,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
  try {
    for await (const batch of await openAnswer(tenantId, services, turn, { request, produced })) {
      for (const part of batch) {
        if (part.type === "tool") produced.events.push(part.event);
        const piece = part.type === "text" ? part.text : "";
        const content = filter === undefined ? piece : filter.push(piece) + (part.type === "end" ? filter.flush() : "");
        produced.text += content;
        if (content !== "")
          produced.events.push({
            event: "message",
            data: { content, role: "assistant", sessionId, tenantId, traceId },
          });
        if (part.type === "end") return part;
      }
      if (produced.events.length > 0) yield take(produced);
    }
  } catch (error) {
    // The abort makes the provider's stream throw; any other error is a failure of the turn.
    if (!turn.signal.aborted) throw error;
  }
  return { type: "end", usage: estimateUsage(textOf(prompt), produced.text), finishReason: "cancelled" };
}

/** The parts of the answer: of one call of the model, or of as many rounds as its tools take. */
async function openAnswer(
  tenantId: TenantId,
  services: TurnServices & Pick<TurnAdmission, "models">,
  turn: Turn,
  { request, produced }: { request: TextRequest; produced: Produced },
): Promise<AsyncIterable<readonly RoundPart[]>> {
  const streamText: ModelClient["streamText"] = async (...call) => {
    const stream = await services.models.streamText(...call);
    produced.modelId = stream.model;
    return stream;
  };
  const models = { ...services.models, streamText };
  const context = contextOf(turn);
  const hasReadStoredText = turn.isGrounded || turn.hasReadStoredText;
  const guarded = (batches: AsyncIterable<readonly RoundPart[]>): AsyncIterable<readonly RoundPart[]> =>
    // What is grounded is filtered by its sources.
    turn.isGrounded ? batches : guardRounds(batches, promptText(request), hasReadStoredText);
  if (turn.tools === undefined) {
    const { batches } = await streamText(tenantId, request, context);
    return hasReadStoredText ? guarded(batches) : batches;
  }
  const contextTokens = services.contextTokens(turn.modelId);
  const resumed = turn.resumed === undefined ? {} : { resumed: turn.resumed.rounds };
  const rest = { models, request, context, contextTokens, hasReadStoredText, ...resumed };
  return guarded(runToolRounds(tenantId, turnRounds(services.tools(), turn.tools, rest)));
}

/** Tokens that a prompt may have. */
function roomTokens(services: TurnServices, { modelId, tools }: Turn): number {
  const contextTokens = services.contextTokens(modelId);
  return tools === undefined ? contextTokens : contextTokens - toolTokens(services.tools(), tools, contextTokens);
}

/** The checked citations of an answer, and those that were taken out of it because there is no such source. */
function citationsOf(text: string, grounding: Grounding | undefined, filter: AnswerFilter | undefined): Citation[] {
  const unknown = (filter?.unknown ?? []).map((n) => ({ n, spans: [], verdict: "unknown_source" as const }));
  return [...(grounding?.checkCitations(text) ?? []), ...unknown];
}

/** Text that a user has seen is kept, as is what it cost; then the failure is told. */
async function closeFailedTurn(
  services: TurnServices,
  turn: Turn,
  startedMs: number,
  produced: Produced,
  thrown: unknown,
  commit: (outcome: TurnOutcome) => Promise<void> | void,
): Promise<readonly ChatEvent[]> {
  const { code, message } = toPlatformError(thrown);
  const { text } = produced;
  if (text !== "") {
    const prompt = turnPrompt({ ...turn, system: turn.systemPrompt }, roomTokens(services, turn));
    const estimate = estimateUsage(textOf(prompt), text);
    const usage = toUsage(produced.modelId, estimate, services.clock.nowMs() - startedMs);
    const hasReadStoredText = turn.isGrounded || turn.tools !== undefined;
    await commit({ text, usage, finishReason: "error", hasReadStoredText });
  }
  return [
    ...take(produced),
    { event: "error", data: { code, message, traceId: turn.traceId } },
    { event: "done", data: { ok: false, finishReason: "error" } },
  ];
}

function contextOf({ traceId, sessionId, principalId, signal }: Turn): CallContext {
  return { traceId, sessionId, principalId, signal, route: "/chat" };
}

function contentOf({ content }: ChatMessage): string {
  return content;
}

function textOf(messages: readonly ChatMessage[]): string {
  return messages.map(contentOf).join("\n");
}

function toUsage(modelId: string, { tokensIn, tokensOut, isEstimate }: TokenUsage, latencyMs: number): Usage {
  return { modelId, tokensIn, tokensOut, totalTokens: tokensIn + tokensOut, isEstimate, latencyMs };
}
