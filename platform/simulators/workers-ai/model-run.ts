import type { ModelOptions } from "#simulators/contract/binding-props";
import type { ModelBehaviour } from "#simulators/contract/control-messages";
import type { RunningCall } from "./call-journal.js";

/** One `env.AI.run` on its way through the simulator. */
export interface ModelRun {
  readonly model: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: ModelOptions;
  /** What a test planned for this call. */
  readonly behaviour: ModelBehaviour | undefined;
  /** The journal's record, written to while the call runs. */
  readonly call: RunningCall;
  /** Called once, when nothing more of the answer will come. */
  readonly onEnd: () => void;
  /** Keeps the simulator at work on what must not delay the answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Pause before each streamed token unless the options say otherwise, milliseconds. */
const defaultTokenDelayMs = 5;

/** The pause before each streamed token of a run, milliseconds. */
export function tokenDelayMs({ options }: ModelRun): number {
  return options.tokenDelayMs ?? defaultTokenDelayMs;
}

/** A JSON answer. The content type must be exactly this: the runtime's `Ai` class gives anything else as a stream. */
export function jsonAnswer(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
}

/** An event stream. Without the content type it would arrive as one chunk. */
export function streamAnswer(body: ReadableStream<Uint8Array> | string): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Notes the tokens of a call. */
export function noteTokens(call: RunningCall, tokensIn: number, tokensOut: number): void {
  call.tokensIn = tokensIn;
  call.tokensOut = tokensOut;
}
