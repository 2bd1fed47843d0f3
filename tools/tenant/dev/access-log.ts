import * as z from "#base/zod";

import type { Colour, Paint } from "#tools/command/paint";

/** The fields of a Worker's log line that a person wants to see. */
const lineSchema = z.looseObject({
  level: z.string(),
  event: z.string(),
  method: z.optional(z.string()),
  route: z.optional(z.string()),
  status: z.optional(z.number()),
  latencyMs: z.optional(z.number()),
  traceId: z.optional(z.string()),
  model: z.optional(z.string()),
  tokensIn: z.optional(z.number()),
  tokensOut: z.optional(z.number()),
  code: z.optional(z.string()),
  error: z.optional(z.string()),
});
type Line = z.infer<typeof lineSchema>;

/** What a Worker printed, as one short line: requests aligned, warnings and errors with their reason, the rest as it is. */
export function formatLogLine(text: string, paint: Paint): string {
  const line = parseLine(text);
  if (line === undefined) return text;
  if (line.status !== undefined && line.method !== undefined)
    return formatRequest(line, line.status, line.method, paint);
  const reason = line.error ?? line.code ?? "";
  return paint(colourOfLevel(line.level), `${line.level.padEnd(5)} ${line.event}${reason === "" ? "" : `: ${reason}`}`);
}

function formatRequest(line: Line, status: number, method: string, paint: Paint): string {
  const ms = line.latencyMs === undefined ? "" : `${Math.round(line.latencyMs)} ms`;
  const tokens = line.tokensOut === undefined ? "" : ` ${line.tokensIn ?? 0}→${line.tokensOut} tokens`;
  const problem = [line.code, line.error].filter((part) => part !== undefined).join(": ");
  return [
    paint(colourOfStatus(status), String(status)),
    method.padEnd(6),
    (line.route ?? "(no route)").padEnd(28),
    paint("dim", `${ms.padStart(8)}${tokens}`),
    ...(problem === "" ? [] : [paint(colourOfStatus(status), problem)]),
    ...(status >= 500 && line.traceId !== undefined ? [paint("dim", `trace ${line.traceId}`)] : []),
  ]
    .join(" ")
    .trimEnd();
}

function colourOfStatus(status: number): Colour {
  if (status >= 500) return "red";
  return status >= 400 ? "yellow" : "green";
}

function colourOfLevel(level: string): Colour {
  if (level === "error") return "red";
  return level === "warn" ? "yellow" : "dim";
}

function parseLine(text: string): Line | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const result = lineSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    // Text that only looks like JSON is shown as it is.
    return undefined;
  }
}
