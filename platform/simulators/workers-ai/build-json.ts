import type { JsonSchema } from "./chat-request.js";

/** How deep a schema is followed; schemas may refer to themselves. */
const maxDepth = 8;

/** A value that fits a schema. Strings without a fixed value become `text`; nothing else carries the answer. */
export function buildJson(schema: JsonSchema, text: string, depth = 0): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum.find((value) => value === text) ?? schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (alternative !== undefined) return buildJson(alternative, text, depth + 1);
  switch (typeOf(schema)) {
    case "object":
      return depth >= maxDepth ? {} : buildObject(schema, text, depth);
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => buildJson(schema.items ?? {}, text, depth + 1));
    case "number":
    case "integer":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return text;
  }
}

function buildObject({ properties, required }: JsonSchema, text: string, depth: number): Record<string, unknown> {
  if (properties === undefined) return depth === 0 ? { answer: text } : {};
  const names = depth === 0 ? Object.keys(properties) : (required ?? Object.keys(properties));
  return Object.fromEntries(names.map((name) => [name, buildJson(properties[name] ?? {}, text, depth + 1)]));
}

function typeOf({ type, properties }: JsonSchema): string | undefined {
  if (typeof type === "string") return type;
  if (type !== undefined) return type.find((name) => name !== "null") ?? "null";
  return properties === undefined ? undefined : "object";
}
