import { LOG_EVENTS, LOG_FIELDS } from "#observability/log-docs";
import { LOG_LEVELS } from "#observability/logger";
import { table } from "#tools/reference/markdown-table";

const HEAD = `# The log

What a line of the log holds, made from the types that it is written by: \`tools/bazel run //docs/reference:logs.update\` writes this page. An event or a field that is not
here does not compile.

A line is one JSON object: \`level\` (${LOG_LEVELS.map((level) => `\`${level}\``).join(", ")}), \`event\`, \`at\` (ISO 8601) and fields. Each request has one line \`request\`; what
happened on its way has lines of its own with the same \`traceId\`, from Worker, Durable Objects and tools alike. There is no field for prompts, answers, keys or bodies:
what has no field cannot be logged. \`error\`, the one free text, is redacted. \`logging.level\` in a tenant's config drops lines below it; metrics are made of all.
`;

/** The page of the log, as Markdown. Pure. */
export function logsPage(): string {
  const events = Object.entries(LOG_EVENTS).map(([event, about]) => [`\`${event}\``, about]);
  const fields = Object.entries(LOG_FIELDS).map(([name, [type, about]]) => [`\`${name}\``, type, about]);
  return [
    HEAD,
    "## Events\n",
    table(["event", "when"], events),
    "## Fields\n",
    table(["field", "type", "what it tells"], fields),
  ].join("\n");
}
