import type { ModelCallRecord } from "#ai-gateway/model-call-record";
import type { TextPart, TextRequest, TokenUsage } from "#ai-gateway/model-client";

/** One call of the model client, made inside workerd. */
export interface GatewayCall {
  readonly tenantId?: string;
  readonly context?: object;
  /** The `ai` section of a config. */
  readonly ai?: object;
  /** Calls with the same name share circuit breakers, as those of one isolate do. */
  readonly isolate?: string;
  readonly text?: TextRequest;
  readonly embed?: { readonly model: string; readonly texts: readonly string[] };
  readonly rerank?: { readonly model: string; readonly query: string; readonly texts: readonly string[] };
  readonly abortAfterParts?: number;
  readonly abortAfterMs?: number;
  readonly leaveAfterParts?: number;
  readonly readDelayMs?: number;
}

export type PlayedPart = TextPart;

/** All that came of a call. */
export interface GatewayReply {
  model?: string;
  logId?: string | undefined;
  /** Milliseconds until `streamText` resolved. */
  resolvedAfterMs?: number;
  parts: PlayedPart[];
  embeddings?: { model: string; dimensions: number; usage: TokenUsage; count: number; lengths: number[] };
  reranking?: { model: string; scores: readonly number[]; usage: TokenUsage };
  /** `message` of an error that is no `PlatformError` is its own. */
  error?: { code: string; message: string; headers: Readonly<Record<string, string>> };
  records: readonly ModelCallRecord[];
}
