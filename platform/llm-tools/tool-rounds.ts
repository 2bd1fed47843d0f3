import type {
  CallContext,
  FinishReason,
  ModelClient,
  TextPart,
  TextRequest,
  TextStream,
  TokenUsage,
} from "#ai-gateway/model-client";
import type { Principal } from "#auth/principal";
import type { PausedRounds } from "#llm-tools/round-state";
import type { ToolHost } from "#llm-tools/run-tool";
import type { ToolEvent } from "#llm-tools/tool-event";
import type { ToolDoor } from "#storage/audit-log";

/** An answer that may take several rounds: the model asks for tools, is told what they gave, and goes on. */
export interface ToolRounds {
  readonly host: ToolHost;
  /** Names of the tools that the model is offered. Whatever else it asks for is not there for it. */
  readonly offered: readonly string[];
  readonly models: Pick<ModelClient, "streamText">;
  /** What is asked. Its `tools` are the caller's own: the model's calls of them are parts of the answer, and end it. */
  readonly request: TextRequest;
  readonly principal: Principal;
  readonly context: CallContext;
  readonly door: ToolDoor;
  /** Tokens of prompt and answer that the model and its fallbacks take. */
  readonly contextTokens: number;
  /** Whether stored text is in the prompt from the start. */
  readonly hasReadStoredText: boolean;
  /** How long a call may wait for a person, milliseconds. Without it, calls that need one are refused. */
  readonly approvalMs?: number;
  /** A call that the caller itself wants, made before the model is asked. */
  readonly named?: NamedCall;
  /** Rounds that a person has decided on. */
  readonly resumed?: DecidedRounds;
  /** The answer to the first round, if it has been opened. */
  readonly opened?: TextStream;
}

/** A tool that a caller names itself. */
export interface NamedCall {
  readonly tool: string;
  readonly arguments: unknown;
}

/** What people have said of calls, by `callId`: the id of the principal that approves it, `false` when it is denied. What is not here is not approved. */
export type Approvals = ReadonlyMap<string, string | false>;

export interface DecidedRounds {
  readonly paused: PausedRounds;
  readonly approvals: Approvals;
}

/** What comes of it, in order: text, calls and results of the platform's tools, calls of the caller's own tools, one `end`. */
export type RoundPart =
  | Exclude<TextPart, { readonly type: "end" }>
  | { readonly type: "tool"; readonly event: ToolEvent }
  | {
      readonly type: "end";
      /** Of all rounds, and of the models that tools asked. */
      readonly usage: TokenUsage;
      readonly finishReason: FinishReason;
      /** Whether stored text was in the prompt at last. */
      readonly hasReadStoredText?: boolean;
      /** There when it goes on once a person has decided. */
      readonly paused?: PausedRounds;
    };
