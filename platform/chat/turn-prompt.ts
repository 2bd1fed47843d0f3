import { messageTokens } from "#ai-gateway/estimate-tokens";
import type { ChatMessage } from "#ai-gateway/model-client";
import { DEFAULT_MAX_TOKENS } from "#ai-gateway/text-inputs";

/** What a prompt is made of. */
export interface PromptParts {
  /** The system prompt, with the sources of a grounded turn. */
  readonly system: string;
  /** Earlier messages of the session, oldest first. */
  readonly history: readonly ChatMessage[];
  /** What the call adds. */
  readonly messages: readonly ChatMessage[];
  readonly maxTokens?: number;
}

/** What the marks around a message cost a model, in tokens, at most. */
const TOKENS_PER_MESSAGE = 8;

/**
 * The messages that a model sees. Of the history, the latest ones that leave room for the answer in a context window of
 * `contextTokens`: a session may be longer than any model's memory, and must go on. It never begins with an answer.
 */
export function turnPrompt(
  { system, history, messages, maxTokens }: PromptParts,
  contextTokens: number,
): ChatMessage[] {
  const fixed: readonly ChatMessage[] = [{ role: "system", content: system }, ...messages];
  let roomTokens = contextTokens - (maxTokens ?? DEFAULT_MAX_TOKENS);
  for (const message of fixed) roomTokens -= tokensOf(message);
  let first = history.length;
  for (let index = history.length - 1; index >= 0; index--) {
    const message = history[index];
    if (message === undefined) break;
    roomTokens -= tokensOf(message);
    if (roomTokens < 0) break;
    if (message.role !== "assistant") first = index;
  }
  return [{ role: "system", content: system }, ...history.slice(first), ...messages];
}

function tokensOf(message: ChatMessage): number {
  return messageTokens(message) + TOKENS_PER_MESSAGE;
}
