import type { TenantId } from "#tenancy/tenant-id";

/** Who and what a model call is for: becomes the gateway's metadata, so that its log can be read per tenant, route and trace. */
export interface CallContext {
  readonly traceId: string;
  /** The API route that caused the call, e.g. `/chat`. */
  readonly route: string;
  readonly sessionId?: string;
  readonly principalId?: string;
  /** Ends the call at once, whatever it waits for: the provider's call is cancelled and no fallback is tried. */
  readonly signal?: AbortSignal;
}

/** A tool that the model wants to have run. */
export interface ToolCall {
  /** Ties the tool's answer to this call; unique within a conversation. */
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it: parse it before use, it may be invalid. */
  readonly arguments: string;
}

/** A message of a conversation, as people see it. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A message as a model sees it: a turn of several model rounds also holds what tools were called and what they gave. */
export type PromptMessage =
  | ChatMessage
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly content: string; readonly toolCallId: string };

/** A tool that the model may ask for. `parameters` is a JSON Schema object. */
export interface OfferedTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
      readonly type: "json_schema";
      readonly name?: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean;
    };

export interface TextRequest {
  readonly model: string;
  readonly messages: readonly PromptMessage[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  /** Most tokens of the answer; default `DEFAULT_MAX_TOKENS`. */
  readonly maxTokens?: number;
  /** The answer ends before the first of these. Holds for every model, also where the provider knows no such input. */
  readonly stop?: readonly string[];
  readonly responseFormat?: ResponseFormat;
  readonly tools?: readonly OfferedTool[];
  readonly toolChoice?: ToolChoice;
  /**
   * Asked for in one piece, by who shows nothing before the end: cheaper than a stream. That the model is stuck is noticed
   * later: when all its tokens should be there.
   */
  readonly isWhole?: boolean;
  /** The caller's name for its own user: passed on where the model takes it. Never decides anything here. */
  readonly user?: string;
}

/** Tokens of one call. `isEstimate`: the provider did not say, the numbers come from the text's length. */
export interface TokenUsage {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly isEstimate: boolean;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "cancelled" | "error";

/** What a text model produces, in order: pieces of text, then its tool calls, each complete, then exactly one `end`. */
export type TextPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_call"; readonly call: ToolCall }
  | { readonly type: "end"; readonly usage: TokenUsage; readonly finishReason: FinishReason };

/** A started answer of a text model. */
export interface TextStream {
  /** The model that answers: the one asked for, or a fallback. */
  readonly model: string;
  /** The gateway's id of this call, for its log. */
  readonly logId: string | undefined;
  /**
   * Read once. Throws `PlatformError` `model_unavailable` when the model breaks off or falls silent, and the signal's
   * reason when the caller aborts. Leaving the loop early cancels the provider's call.
   */
  readonly parts: AsyncIterable<TextPart>;
  /** The same, as they come together: for a relay, whose cost is its writes. Read either this or `parts`. */
  readonly batches: AsyncIterable<readonly TextPart[]>;
}

export interface EmbedRequest {
  readonly model: string;
  readonly texts: readonly string[];
}

/** One vector per text, in the order of the texts. */
export interface Embeddings {
  readonly model: string;
  readonly dimensions: number;
  readonly vectors: readonly (readonly number[])[];
  readonly usage: TokenUsage;
}

/** Texts to be ordered by how well they answer a query. */
export interface RerankRequest {
  readonly model: string;
  /** Not empty. */
  readonly query: string;
  /** None empty. What a text has beyond the model's window is not looked at. */
  readonly texts: readonly string[];
}

export interface Reranking {
  readonly model: string;
  /** One per text, in the order of the texts: 0 to 1, greater fits better. */
  readonly scores: readonly number[];
  readonly usage: TokenUsage;
}

/**
 * The only way to a model. Every call goes through the tenant's gateway and carries its metadata.
 *
 * Errors: `model_unavailable` (no model of the chain answers; `Retry-After` says when to come back), `upstream_rejected`
 * (the provider will never take this request), the signal's reason after an abort.
 * A provider's own text is in the error's `cause`, never in its message.
 */
export interface ModelClient {
  /**
   * Starts a chat completion. Resolves with the first token: until then a model that is down or slow is replaced by
   * the next one of its chain; from then on nothing is ever restarted.
   */
  streamText(tenantId: TenantId, request: TextRequest, context: CallContext): Promise<TextStream>;
  /** Embeds texts in batches of what the provider takes at once. There is no fallback: vectors of two models do not compare. */
  embed(tenantId: TenantId, request: EmbedRequest, context: CallContext): Promise<Embeddings>;
  /** Scores texts against a query, in one call within `timeouts.rerankMs`. There is no fallback: whoever asks has an order already. */
  rerank(tenantId: TenantId, request: RerankRequest, context: CallContext): Promise<Reranking>;
}
