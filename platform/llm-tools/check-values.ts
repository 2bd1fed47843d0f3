import type * as z from "#base/zod";

import { PlatformError, type ErrorDetail } from "#base/errors";
import { findHostileShape } from "#base/json-shape";
import type { Tool } from "#llm-tools/tool";

/** Broken rules told of one call. */
const MAX_DETAILS = 20;

/** Largest result of a tool, in UTF-8 bytes of JSON: what a caller can read and a conversation can hold. */
export const MAX_RESULT_BYTES = 512 * 1024;

const encoder = new TextEncoder();

/** What a tool's input schema makes of arguments. Errors: `invalid_request`, with the place and rule of each mistake. */
export function parseArguments(tool: Tool, value: unknown): Readonly<Record<string, unknown>> {
  const hostile = findHostileShape(value);
  if (hostile !== undefined) throw refusal([{ field: "arguments", message: hostile }]);
  const result = tool.input.safeParse(value ?? {});
  if (result.success) return result.data;
  throw refusal(result.error.issues.slice(0, MAX_DETAILS).map(toDetail));
}

/**
 * What a tool's output schema makes of its result. Errors: `tool_failed` for a result that is too large; `internal` for
 * one that breaks the tool's own contract.
 */
export function parseResult(tool: Tool, value: unknown): Readonly<Record<string, unknown>> {
  const result = tool.output.safeParse(value);
  if (!result.success)
    throw new PlatformError("internal", undefined, {
      cause: new TypeError(`${tool.name} gave a result that its schema refuses: ${result.error.message}`),
    });
  const bytes = encoder.encode(JSON.stringify(result.data)).byteLength;
  if (bytes <= MAX_RESULT_BYTES) return result.data;
  throw new PlatformError(
    "tool_failed",
    `The result of "${tool.name}" has ${bytes} bytes; ${MAX_RESULT_BYTES} are allowed. Ask for less at once.`,
  );
}

function toDetail(issue: z.core.$ZodIssue): ErrorDetail {
  return { field: ["arguments", ...issue.path.map(String)].join("."), message: issue.message };
}

function refusal(details: readonly ErrorDetail[]): PlatformError {
  const [first] = details;
  return new PlatformError("invalid_request", `${first?.field ?? "arguments"}: ${first?.message ?? "not valid"}`, {
    details,
  });
}
