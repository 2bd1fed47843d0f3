/** The messages between {@link SimulatorControl} in a node process and the simulator Worker in workerd. */

/** How the next calls of a model go wrong, or what they answer. */
export type ModelBehaviour =
  /** Refuses with an HTTP status. `code` is the internal code of the error, default by status. */
  | { readonly kind: "error"; readonly status: number; readonly code?: number; readonly message?: string }
  /** Answers as usual, after a pause. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Never answers. The call ends when the caller gives up. */
  | { readonly kind: "hang" }
  /** Breaks the stream after some tokens. Without streaming: a body that ends in the middle. */
  | { readonly kind: "cut"; readonly afterTokens: number }
  /** Sends some tokens, then nothing, and keeps the stream open. */
  | { readonly kind: "stall"; readonly afterTokens: number }
  /** Answers 200 with a body that is no model answer. */
  | { readonly kind: "garbage"; readonly body?: string; readonly contentType?: string }
  /** Says exactly this, and asks for these tools. */
  | { readonly kind: "answer"; readonly text?: string; readonly toolCalls?: readonly ScriptedToolCall[] }
  /** Sends these pieces as the stream, byte for byte. */
  | { readonly kind: "chunks"; readonly chunks: readonly string[]; readonly delayMs?: number };

export interface ScriptedToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A plan for coming calls. Plans are used up in the order in which they were made. */
export interface BehaviourPlan {
  /** Exact model id. Default: every model. */
  readonly model?: string;
  /** Name of the calling Worker. Default: every Worker. */
  readonly worker?: string;
  /** A text that stands in the call's inputs. Default: any inputs. */
  readonly asked?: string;
  /** How many calls it takes. Default 1. */
  readonly times?: number;
  readonly behaviour: ModelBehaviour;
}

/** One `env.AI.run` that reached the simulator, in the order of arrival. Kept in memory, newest 2,000. */
export interface ModelCall {
  readonly worker: string;
  readonly model: string;
  readonly inputs: unknown;
  /** The options of `run`, with `gateway` in them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Request headers whose names start with `cf-aig-` or were given as `extraHeaders`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** HTTP status of the answer. Absent while it runs. */
  readonly status?: number;
  /** Set when the caller went away before the end of the stream. */
  readonly aborted?: boolean;
  /** Tokens that were streamed so far. */
  readonly streamedTokens: number;
  /** Tokens of the inputs, as the simulator or `modelUrl` counts them. */
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  /** `cf-aig-log-id` of a call through a gateway. */
  readonly logId?: string;
  readonly cacheStatus?: "HIT" | "MISS";
  readonly finished: boolean;
}

/** One point written with `writeDataPoint`. */
export interface AnalyticsPoint {
  readonly worker: string;
  readonly dataset: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly indexes: readonly string[];
  readonly blobs: readonly string[];
  readonly doubles: readonly number[];
}

/** A row of the gateway's log, as `env.AI.gateway(id).getLog()` gives it. */
export interface GatewayLog {
  readonly id: string;
  readonly gateway: string;
  readonly provider: string;
  readonly model: string;
  readonly path: string;
  readonly request_type: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly status_code: number;
  readonly success: boolean;
  readonly cached: boolean;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly feedback?: number;
  readonly score?: number;
  readonly step: number;
  readonly created_at: string;
}

export type ControlRequest =
  | { readonly op: "plan"; readonly plan: BehaviourPlan }
  | { readonly op: "reset" }
  | { readonly op: "modelCalls" }
  | { readonly op: "gatewayLogs"; readonly worker: string; readonly gateway?: string }
  | { readonly op: "analyticsPoints"; readonly worker: string; readonly dataset?: string };
