import { estimateTokens } from "#ai-gateway/estimate-tokens";
import type { PromptMessage, TokenUsage, ToolCall } from "#ai-gateway/model-client";
import { promptText } from "#ai-gateway/text-inputs";
import { RESULT_RULE } from "#llm-tools/fence-result";
import type { ToolTaint } from "#storage/audit-log";
import type { ToolsConfig } from "#tenancy/tools-config";

/** A call that was asked for and has no result yet. */
export interface OpenCall {
  /** Made by the platform: it names the call to people too, and a model might give the same id twice. */
  readonly callId: string;
  /** As the model wrote it. */
  readonly tool: string;
  /** Parsed JSON, or the text that is none. */
  readonly arguments: unknown;
  readonly taint: ToolTaint;
}

/** Where the rounds of one answer stand. All of it is JSON: it can be stored while a person thinks. */
export interface RoundState {
  /** The prompt of the next round. */
  messages: PromptMessage[];
  /** Rounds in which tools were asked for. */
  rounds: number;
  calls: number;
  /** Tokens of all rounds, and of the models that tools asked. */
  usage: TokenUsage;
  /** Whether text that anybody may have written is in the prompt. */
  hasReadStoredText: boolean;
  /** Whether the model has said something in an earlier round. */
  hasSpoken: boolean;
}

/** Rounds that wait for a person. */
export interface PausedRounds {
  readonly state: Readonly<RoundState>;
  readonly waiting: readonly OpenCall[];
}

export function beginState(messages: readonly PromptMessage[], hasReadStoredText: boolean): RoundState {
  return {
    messages: withResultRule(messages),
    rounds: 0,
    calls: 0,
    usage: { tokensIn: 0, tokensOut: 0, isEstimate: false },
    hasReadStoredText,
    hasSpoken: false,
  };
}

/** The rule joins the system message that is there: not every model takes two. */
function withResultRule(messages: readonly PromptMessage[]): PromptMessage[] {
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: RESULT_RULE }, ...messages];
  return [{ role: "system", content: `${first.content}\n\n${RESULT_RULE}` }, ...rest];
}

export function addUsage(state: RoundState, { tokensIn, tokensOut, isEstimate }: TokenUsage): void {
  const { usage } = state;
  state.usage = {
    tokensIn: usage.tokensIn + tokensIn,
    tokensOut: usage.tokensOut + tokensOut,
    isEstimate: usage.isEstimate || isEstimate,
  };
}

/** Which of the tenant's bounds keeps the model from asking for more tools, in words for it; `undefined` while none does. */
export function reachedBound(
  { rounds, calls, usage, messages }: Readonly<RoundState>,
  bounds: ToolsConfig["model"],
  isLate: boolean,
): string | undefined {
  if (rounds >= bounds.maxRounds) return `${bounds.maxRounds} rounds of tools`;
  if (calls >= bounds.maxCalls) return `${bounds.maxCalls} calls of tools`;
  if (isLate) return `${bounds.totalMs} ms for tools`;
  const nextTokens = usage.tokensIn + usage.tokensOut + promptTokens(messages);
  return nextTokens > bounds.maxTokens ? `${bounds.maxTokens} tokens for an answer with tools` : undefined;
}

export function promptTokens(messages: readonly PromptMessage[]): number {
  return estimateTokens(promptText({ messages }));
}

/** Calls of one round that are heard at all. */
const MAX_CALLS_PER_ROUND = 16;

/** Puts what a model said and asked for into the conversation. Returns its calls, each to be answered by `addResult`. */
export function addAsked(state: RoundState, text: string, calls: readonly ToolCall[]): OpenCall[] {
  const taint = state.hasReadStoredText ? "retrieved" : "model";
  const open = calls
    .slice(0, MAX_CALLS_PER_ROUND)
    .map(({ name, arguments: given }) => openCall(name, parseJson(given), taint));
  state.messages.push({
    role: "assistant",
    content: text,
    toolCalls: open.map(({ callId, tool, arguments: given }) => ({
      id: callId,
      name: plainName(tool),
      arguments: typeof given === "object" && given !== null ? JSON.stringify(given) : "{}",
    })),
  });
  state.rounds += 1;
  state.calls += open.length;
  return open;
}

export function openCall(tool: string, given: unknown, taint: ToolTaint): OpenCall {
  return { callId: `call_${crypto.randomUUID().replaceAll("-", "")}`, tool, arguments: given, taint };
}

/** A name that providers take, whatever the model wrote. */
export function plainName(tool: string): string {
  return tool.slice(0, 64).replace(/[^A-Za-z0-9_-]/g, "_");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Models write what is no JSON: the dispatcher refuses it as an argument.
    return text;
  }
}
