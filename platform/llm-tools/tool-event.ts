/** What the reader of an answer sees of the tools that were run for it. */
export type ToolEvent =
  | {
      readonly event: "tool_call";
      readonly data: {
        readonly type: "tool_call";
        /** Names this call: for its result, and for its approval. Made by the platform. */
        readonly callId: string;
        readonly tool: string;
        /** An object, unless the model wrote something else. */
        readonly arguments: unknown;
        /** `required`: it waits until a person has approved or denied it. */
        readonly approval: "not_needed" | "required";
        /** How long it waits, ISO 8601. */
        readonly expiresAt?: string;
      };
    }
  | {
      readonly event: "tool_result";
      readonly data: {
        readonly type: "tool_result";
        readonly callId: string;
        readonly tool: string;
        readonly ok: boolean;
        /** As the tool's outputSchema says; `{code, message}` of a call that failed or was refused. */
        readonly result: unknown;
      };
    };

/** Most characters of JSON of one value in an event: events are kept, and sent again to whoever comes back. */
export const MAX_EVENT_VALUE_CHARS = 32_000;

/** A value as an event shows it: itself, or the beginning of its JSON when it is too long. */
export function shownValue(value: unknown): unknown {
  const json = JSON.stringify(value);
  return json.length <= MAX_EVENT_VALUE_CHARS
    ? value
    : { isTruncated: true, json: json.slice(0, MAX_EVENT_VALUE_CHARS).toWellFormed() };
}
