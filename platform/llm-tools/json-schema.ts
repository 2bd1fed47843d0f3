import { defect } from "#base/errors";
import * as z from "#base/zod";

/** A JSON Schema object (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** `input`: what a caller may send. `output`: what parsing gives. */
type Side = "input" | "output";

/**
 * The JSON Schema of a zod schema, for the kinds that tools are made of; exactly what `z.toJSONSchema` would give, which
 * knows all kinds and is a twentieth of a bundle. A test compares the two for every tool.
 * @throws PlatformError `internal` for a kind that no tool has had: teach it here.
 */
export function toJsonSchema(schema: z.core.$ZodType, side: Side): JsonSchema {
  return { ...withoutDescription(schema as z.core.$ZodTypes, side), ...z.globalRegistry.get(schema) };
}

function withoutDescription(schema: z.core.$ZodTypes, side: Side): JsonSchema {
  const { def } = schema._zod;
  switch (def.type) {
    case "string":
      return { type: "string", ...demandsOf(schema, "Length") };
    case "number":
      return { type: "number", ...demandsOf(schema) };
    case "boolean":
    case "null":
      return { type: def.type };
    case "unknown":
      return {};
    case "enum":
      return { type: "string", enum: Object.values(def.entries) };
    case "literal":
      return { type: typeof def.values[0], const: def.values[0] };
    case "array":
      return { type: "array", items: toJsonSchema(def.element, side), ...demandsOf(schema, "Items") };
    case "object":
      return objectSchema(def, side);
    case "record":
      return {
        type: "object",
        propertyNames: toJsonSchema(def.keyType, side),
        additionalProperties: toJsonSchema(def.valueType, side),
      };
    case "union":
      return { anyOf: def.options.map((option) => toJsonSchema(option, side)) };
    case "nullable":
      return orNull(toJsonSchema(def.innerType, side));
    case "optional":
      return toJsonSchema(def.innerType, side);
    case "default":
      return { ...toJsonSchema(def.innerType, side), default: def.defaultValue };
    default:
      throw defect(`a tool's schema has a ${def.type}, and llm-tools/json-schema.ts does not know how to describe it`);
  }
}

function objectSchema({ shape, catchall }: z.core.$ZodObjectDef, side: Side): JsonSchema {
  const fields = Object.entries(shape);
  const isRequired = ({ _zod }: z.core.$ZodType): boolean =>
    (side === "input" ? _zod.optin : _zod.optout) === undefined;
  const required = fields.filter(([, field]) => isRequired(field)).map(([name]) => name);
  const isClosed = catchall === undefined ? side === "output" : catchall._zod.def.type === "never";
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, field]) => [name, toJsonSchema(field, side)])),
    ...(required.length === 0 ? {} : { required }),
    ...(isClosed ? { additionalProperties: false } : {}),
  };
}

/** A type and nothing else is joined with `null` in one list, as zod does it. */
function orNull(schema: JsonSchema): JsonSchema {
  const isBare = Object.keys(schema).join() === "type";
  return isBare ? { type: [schema["type"], "null"] } : { anyOf: [schema, { type: "null" }] };
}

/** What the checks of a schema demand, each kind of check at most once. A format such as `z.int()` is its own check. */
function demandsOf(schema: z.core.$ZodType, counted = ""): JsonSchema {
  const own = schema._zod.traits.has("$ZodCheck") ? [schema as unknown as z.core.$ZodChecks] : [];
  const others = (schema._zod.def.checks ?? []) as unknown as readonly z.core.$ZodChecks[];
  return Object.assign({}, ...[...own, ...others].map(({ _zod: { def } }) => demandOf(def, counted))) as JsonSchema;
}

function demandOf(def: z.core.$ZodChecks["_zod"]["def"], counted: string): JsonSchema {
  switch (def.check) {
    case "number_format":
      return { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case "greater_than":
      return { [def.inclusive ? "minimum" : "exclusiveMinimum"]: def.value };
    case "less_than":
      return { [def.inclusive ? "maximum" : "exclusiveMaximum"]: def.value };
    case "min_length":
      return { [`min${counted}`]: def.minimum };
    case "max_length":
      return { [`max${counted}`]: def.maximum };
    case "string_format":
      return { pattern: def.pattern?.source };
    default:
      return {};
  }
}
