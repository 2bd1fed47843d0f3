import type { FinishReason, OfferedTool, TextRequest, TextStream, ToolCall } from "#ai-gateway/model-client";
import { PlatformError } from "#base/errors";
import { answerCalls, type CallBatch, fenceAnswers } from "#llm-tools/answer-calls";
import { restrictTools, toOfferedTools } from "#llm-tools/offer-tools";
import {
  addAsked,
  addUsage,
  beginState,
  type OpenCall,
  openCall,
  reachedBound,
  type RoundState,
} from "#llm-tools/round-state";
import type { RoundPart, ToolRounds } from "#llm-tools/tool-rounds";
import type { TenantId } from "#tenancy/tenant-id";

const NO_ANSWER = "I could not finish: the limit of tools for one answer was reached. Ask again, or for less at once.";

/**
 * Runs the rounds of one answer. However the model behaves, they end: it is offered tools until one of the tenant's bounds is
 * reached (rounds, calls, time, tokens), and then has to answer without. Errors: those of the model client, and of a tool
 * that the caller has named.
 */
export async function* runToolRounds(
  tenantId: TenantId,
  rounds: ToolRounds,
): AsyncGenerator<readonly RoundPart[], void, undefined> {
  const { models, context } = rounds;
  const { clock, config } = rounds.host;
  const state = stateOf(rounds);
  const endsAtMs = clock.nowMs() + config.model.totalMs;
  const host = restrictTools(rounds.host, rounds.offered);
  if (rounds.resumed !== undefined) {
    const { paused, approvals } = rounds.resumed;
    yield* answerRound(tenantId, rounds, state, { calls: paused.waiting, approvals, host, endsAtMs });
  }
  if (rounds.named !== undefined) yield* runNamed(tenantId, rounds, state, endsAtMs);
  const offered = toOfferedTools(host);
  let { opened } = rounds;
  for (;;) {
    const bound = reachedBound(state, config.model, clock.nowMs() >= endsAtMs);
    opened ??= await models.streamText(
      tenantId,
      roundRequest(rounds, state, bound === undefined ? offered : []),
      context,
    );
    const said = yield* relayRound(opened, state);
    opened = undefined;
    const forCaller = said.calls.filter(({ name }) => isOfCaller(rounds, name));
    if (forCaller.length > 0 || said.calls.length === 0) {
      yield [...said.rest, ...forCaller.map((call) => ({ type: "tool_call", call }) as const), endOf(state, said.end)];
      return;
    }
    if (said.rest.length > 0) yield said.rest;
    const calls = addAsked(state, said.text, said.calls);
    const waiting = yield* answerAll(tenantId, rounds, state, { calls, refusal: tooMuch(bound), host, endsAtMs });
    if (waiting.length > 0) {
      yield [{ ...endOf(state, "tool_calls"), paused: { state, waiting } }];
      return;
    }
    if (bound === undefined) continue;
    yield [...(state.hasSpoken ? [] : [{ type: "text", text: NO_ANSWER } as const]), endOf(state, "length")];
    return;
  }
}

function stateOf({ resumed, request, hasReadStoredText }: ToolRounds): RoundState {
  if (resumed === undefined) return beginState(request.messages, hasReadStoredText);
  const { state } = resumed.paused;
  // The system message holds the sources, which are those of now: what was read before the pause may be gone or closed since.
  return {
    ...state,
    messages: [...beginState(request.messages, false).messages.slice(0, 1), ...state.messages.slice(1)],
  };
}

/** The request of the first round, for whoever opens it: a model that is down is then told before anything else is. */
export function firstRequest(rounds: ToolRounds): TextRequest {
  const offered = toOfferedTools(restrictTools(rounds.host, rounds.offered));
  return roundRequest(rounds, stateOf(rounds), offered);
}

/** A name that both have is the caller's: its clients know nothing of ours. */
function isOfCaller({ request }: ToolRounds, name: string): boolean {
  return request.tools?.some((tool) => tool.name === name) === true;
}

function roundRequest(rounds: ToolRounds, { messages }: RoundState, offered: readonly OfferedTool[]): TextRequest {
  const { tools: given = [], toolChoice, ...rest } = rounds.request;
  const tools = [...given, ...offered.filter(({ name }) => !isOfCaller(rounds, name))];
  if (tools.length === 0) return { ...rest, messages };
  return { ...rest, messages, tools, ...(toolChoice === undefined ? {} : { toolChoice }) };
}

/** What a model said in one round. */
interface Said {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** What came together with the end, so that it and the end are one step for the readers. */
  readonly rest: readonly RoundPart[];
  readonly end: FinishReason;
}

/** Passes a round's text on as it comes. */
async function* relayRound(stream: TextStream, state: RoundState): AsyncGenerator<readonly RoundPart[], Said> {
  const calls: ToolCall[] = [];
  let text = "";
  for await (const batch of stream.batches) {
    const pieces: RoundPart[] = [];
    for (const part of batch) {
      if (part.type === "tool_call") calls.push(part.call);
      else if (part.type === "text") {
        // What an earlier round said stands before it.
        const gap = text === "" && part.text !== "" && state.hasSpoken ? "\n\n" : "";
        pieces.push({ type: "text", text: gap + part.text });
        text += part.text;
      } else {
        addUsage(state, part.usage);
        state.hasSpoken ||= text !== "";
        return { text, calls, rest: pieces, end: part.finishReason };
      }
    }
    if (pieces.length > 0) yield pieces;
  }
  throw new PlatformError("model_unavailable");
}

/** Answers the calls of a round. Those beyond the tenant's number are refused, the others run. */
async function* answerAll(
  tenantId: TenantId,
  rounds: ToolRounds,
  state: RoundState,
  batch: CallBatch,
): AsyncGenerator<readonly RoundPart[], readonly OpenCall[]> {
  const { maxCalls } = rounds.host.config.model;
  const excess = batch.refusal === undefined ? Math.max(0, state.calls - maxCalls) : 0;
  const last = batch.calls.length - excess;
  const waiting = yield* answerRound(tenantId, rounds, state, { ...batch, calls: batch.calls.slice(0, last) });
  if (excess > 0) {
    const refusal = tooMuch(`${maxCalls} calls of tools`);
    yield* answerRound(tenantId, rounds, state, { ...batch, calls: batch.calls.slice(last), refusal });
  }
  return waiting;
}

/** Answers calls that stand in the conversation. Returns those that wait for a person. */
async function* answerRound(
  tenantId: TenantId,
  rounds: ToolRounds,
  state: RoundState,
  batch: CallBatch,
): AsyncGenerator<readonly RoundPart[], readonly OpenCall[]> {
  const { answers, waiting } = yield* answerCalls(tenantId, rounds, state, batch);
  for (const { callId, content } of fenceAnswers(rounds, state, answers))
    state.messages.push({ role: "tool", content, toolCallId: callId });
  return waiting;
}

/**
 * Runs the tool that the caller has named. Its result stands with the question, where models without tools read it too.
 * Throws what the tool fails with: there is no answer to a question without what it is about.
 */
async function* runNamed(
  tenantId: TenantId,
  rounds: ToolRounds,
  state: RoundState,
  endsAtMs: number,
): AsyncGenerator<readonly RoundPart[], void> {
  const { tool = "", arguments: given } = rounds.named ?? {};
  const calls = [openCall(tool, given, "none")];
  const { answers } = yield* answerCalls(tenantId, rounds, state, { calls, host: rounds.host, endsAtMs });
  const failure = answers[0]?.failure;
  if (failure !== undefined) throw failure;
  const [result] = fenceAnswers(rounds, state, answers);
  const question = state.messages.at(-1);
  if (result === undefined || question?.role !== "user") return;
  state.messages[state.messages.length - 1] = { role: "user", content: `${question.content}\n\n${result.content}` };
}

function endOf(
  { usage, hasReadStoredText }: RoundState,
  finishReason: FinishReason,
): Extract<RoundPart, { type: "end" }> {
  return { type: "end", usage, finishReason, hasReadStoredText };
}

function tooMuch(bound: string): PlatformError;
function tooMuch(bound: string | undefined): PlatformError | undefined;
function tooMuch(bound: string | undefined): PlatformError | undefined {
  if (bound === undefined) return undefined;
  return new PlatformError(
    "tool_forbidden",
    `The limit of ${bound} is reached. Answer with what is known, without any tool.`,
  );
}
