import type { ToolCall } from "#ai-gateway/model-client";
import type { ToolCallDelta } from "#ai-gateway/read-delta";

/** Puts streamed tool calls together: pieces by their index (OpenAI), or whole calls without one (Workers AI). */
export class ToolCallCollector {
  readonly #newId: () => string;
  readonly #calls = new Map<number | symbol, ToolCall>();

  /** `newId` names calls whose model gives them no id. */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  add({ index, id, name, arguments: given }: ToolCallDelta): void {
    const key = index ?? Symbol("whole call");
    const before = this.#calls.get(key);
    this.#calls.set(key, {
      id: before?.id ?? id ?? this.#newId(),
      name: (before?.name ?? "") + name,
      arguments: (before?.arguments ?? "") + given,
    });
  }

  /** The calls in the order in which they began. Those without a name are none. A call without arguments has `{}`. */
  take(): ToolCall[] {
    const calls = [...this.#calls.values()].filter(({ name }) => name !== "");
    this.#calls.clear();
    return calls.map((call) => (call.arguments === "" ? { ...call, arguments: "{}" } : call));
  }
}
