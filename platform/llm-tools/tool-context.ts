import type { CallContext, ModelClient, TokenUsage } from "#ai-gateway/model-client";
import type { Clock } from "#base/clock";
import type { ToolKnowledge, ToolReader } from "#llm-tools/tool-knowledge";
import type { ValueStore } from "#storage/value-store";

/** What tools may use. Made by the Worker for one tenant; every call names the tenant nevertheless. */
export interface ToolServices {
  /** Spends from the tenant's budgets. Tools ask it by `askModel`, which counts what they use. */
  readonly models: ModelClient;
  /** The chat model of the tenant's tools. */
  readonly chatModel: string;
  readonly knowledge: ToolKnowledge;
  readonly values: ValueStore;
  readonly clock: Clock;
}

/** How far a run has come, in steps of its own. */
export interface ToolProgress {
  readonly done: number;
  readonly total: number;
}

/** What one run of a tool is given besides its input. Holds no principal: what a caller may do was decided before. */
export interface ToolContext {
  readonly services: ToolServices;
  /** Aborted when the time is over, when the caller leaves, and when the run has ended. */
  readonly signal: AbortSignal;
  /** For calls of models and of knowledge; its signal is `signal`. */
  readonly call: CallContext;
  /** Labels of documents that the caller may read besides those without labels. */
  readonly acl: ReadonlySet<string>;
  readonly reader: ToolReader;
  /** Told how far the run has come. */
  readonly report: (progress: ToolProgress) => void;
  /** Told what each call of a model has used. */
  readonly addUsage: (usage: TokenUsage) => void;
}
