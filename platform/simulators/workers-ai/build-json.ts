import type { JsonSchema } from "./chat-request.js";
import { embedText } from "./embed-text.js";
import { keywordsOf, namesIn, sectionOf } from "./material.js";

/** How deep a schema is followed; schemas may refer to themselves. */
const maxDepth = 8;
const likenessDimensions = 256;

/** What values are made from. */
export interface JsonSubstance {
  /** The answer: becomes every string without a fixed value. */
  readonly text: string;
  /** What the model was given to work on: lists are filled from it, choices made by it. Without it lists stay as short as they may be. */
  readonly material?: string;
}

/**
 * A value that fits a schema. A choice falls on the member most like the material; a list of texts holds its keywords, or
 * the members of a choice that stand in it; a list of objects has one for each name in it.
 */
export function buildJson(schema: JsonSchema, substance: JsonSubstance, depth = 0): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return chooseMember(schema.enum, substance);
  if (schema.default !== undefined) return schema.default;
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (alternative !== undefined) return buildJson(alternative, substance, depth + 1);
  switch (typeOf(schema)) {
    case "object":
      return depth >= maxDepth ? {} : buildObject(schema, substance, depth);
    case "array":
      return buildList(schema, substance, depth);
    case "number":
    case "integer":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return substance.text;
  }
}

function buildObject(
  { properties, required }: JsonSchema,
  substance: JsonSubstance,
  depth: number,
): Record<string, unknown> {
  if (properties === undefined) return depth === 0 ? { answer: substance.text } : {};
  const names = depth === 0 ? Object.keys(properties) : (required ?? Object.keys(properties));
  const { material } = substance;
  return Object.fromEntries(
    names.map((name) => {
      const own = material === undefined ? substance : { ...substance, material: sectionOf(material, name) };
      return [name, buildJson(properties[name] ?? {}, own, depth + 1)];
    }),
  );
}

function buildList({ items = {}, minItems = 0, maxItems }: JsonSchema, substance: JsonSubstance, depth: number) {
  const least = Array.from({ length: minItems }, () => buildJson(items, substance, depth + 1));
  if (substance.material === undefined || depth >= maxDepth) return least;
  const filled = listItems(items, substance.material, depth).slice(0, maxItems);
  return filled.length < minItems ? least : filled;
}

function listItems(items: JsonSchema, material: string, depth: number): unknown[] {
  if (items.enum !== undefined)
    return items.enum.filter((member) => typeof member === "string" && holds(material, member));
  if (typeOf(items) === "object")
    return namesIn(material).map((name) => buildJson(items, { text: name, material: name }, depth + 1));
  return typeOf(items) === "string" ? keywordsOf(material) : [];
}

function holds(material: string, member: string): boolean {
  return material.toLowerCase().includes(member.toLowerCase());
}

/** The member that is the answer, or else is most like the material; the first of equals. */
function chooseMember(members: readonly unknown[], { text, material }: JsonSubstance): unknown {
  const same = members.find((value) => value === text);
  if (same !== undefined || material === undefined) return same ?? members[0];
  const wanted = embedText(material, likenessDimensions);
  const likeness = members.map((member) =>
    typeof member === "string"
      ? embedText(member.replaceAll(/[_-]/g, " "), likenessDimensions).reduce(
          (sum, v, i) => sum + v * (wanted[i] ?? 0),
          0,
        )
      : -1,
  );
  return members[likeness.indexOf(Math.max(...likeness))];
}

function typeOf({ type, properties }: JsonSchema): string | undefined {
  if (typeof type === "string") return type;
  if (type !== undefined) return type.find((name) => name !== "null") ?? "null";
  return properties === undefined ? undefined : "object";
}
