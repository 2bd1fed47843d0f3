import { estimateTokens } from "#ai-gateway/estimate-tokens";
import type { Principal } from "#auth/principal";
import { APPROVAL_MS } from "#chat/paused-turn";
import { restrictTools, toOfferedTools } from "#llm-tools/offer-tools";
import type { ToolHost } from "#llm-tools/run-tool";
import type { NamedCall, ToolRounds } from "#llm-tools/tool-rounds";

/** What a turn may do with tools, as its caller has settled it. */
export interface TurnTools {
  /** Names of the tools that the model is offered. */
  readonly offered: readonly string[];
  /** A call to begin with, which the caller itself wants. */
  readonly named?: NamedCall;
  /** Whose scopes decide. Nothing that is said in the turn changes them. */
  readonly principal: Principal;
}

/** Room that is kept for what tools give, in tokens: at most this, and at most a quarter of the model's window. */
const RESULT_TOKENS = 4_000;

/** Tokens that tools take of a model's window: what it is told of them, and room for what they give. */
export function toolTokens(host: ToolHost, { offered }: TurnTools, contextTokens: number): number {
  const told = offered.length === 0 ? "" : JSON.stringify(toOfferedTools(restrictTools(host, offered)));
  return estimateTokens(told) + Math.min(RESULT_TOKENS, Math.floor(contextTokens / 4));
}

/** The rounds of a turn. */
export function turnRounds(
  host: ToolHost,
  tools: TurnTools,
  rest: Pick<ToolRounds, "models" | "request" | "context" | "contextTokens" | "hasReadStoredText" | "resumed">,
): ToolRounds {
  const { named, ...others } = tools;
  return {
    ...rest,
    ...others,
    host,
    door: "chat",
    // What a caller has named ran before the turn waited.
    ...(named === undefined || rest.resumed !== undefined ? {} : { named }),
    // Nobody can tell one anonymous caller from another: there is no one to ask.
    ...(tools.principal.kind === "anonymous" ? {} : { approvalMs: APPROVAL_MS }),
  };
}
