import type { TenantId } from "#tenancy/tenant-id";

/** Who and what a model call is for: becomes the gateway's metadata, so that its log can be read per tenant, route and trace. */
export interface CallContext {
  readonly traceId: string;
  /** The API route that caused the call, e.g. `/chat`. */
  readonly route: string;
  readonly sessionId?: string;
  readonly principalId?: string;
  /** Ends the call early: the upstream request is cancelled. */
  readonly signal?: AbortSignal;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface TextRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  /** Upper bound on produced tokens. */
  readonly maxTokens?: number;
}

/** Tokens of one call. `isEstimate`: the provider did not say, the numbers come from the text's length. */
export interface TokenUsage {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly isEstimate: boolean;
}

export type FinishReason = "stop" | "length" | "cancelled" | "error";

/** What a text model produces, in order: pieces of text, then exactly one `end`. */
export type TextPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "end"; readonly usage: TokenUsage; readonly finishReason: FinishReason };

/** A started answer of a text model. */
export interface TextStream {
  readonly model: string;
  /** The gateway's id of this call, for its log. */
  readonly logId: string | undefined;
  /** Read once. Throws `PlatformError` when the model fails in mid-stream. */
  readonly parts: AsyncIterable<TextPart>;
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
}

/**
 * The only way to a model. Every call goes through the tenant's gateway and carries its metadata.
 *
 * Errors: `model_unavailable` (the provider is down, slow or refuses us), `upstream_rejected` (it refuses this request).
 * A provider's own text is in the error's `cause`, never in its message.
 */
export interface ModelClient {
  /** Starts a chat completion. Resolves as soon as the provider answers, before the first piece of text. */
  streamText(tenantId: TenantId, request: TextRequest, context: CallContext): Promise<TextStream>;
  /** Embeds texts in batches of what the provider takes at once. */
  embed(tenantId: TenantId, request: EmbedRequest, context: CallContext): Promise<Embeddings>;
}
