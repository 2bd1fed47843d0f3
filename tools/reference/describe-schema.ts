/** The part of JSON Schema that tools use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One field of an object, those of its objects and lists behind it. */
export interface SchemaField {
  /** `documents[].docId` */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** What its value must be, and what it is for. */
  readonly rules: string;
}

/** The fields of an object's schema, from the outside in. Pure. */
export function describeSchema(schema: JsonSchema, prefix = ""): SchemaField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    {
      path: prefix + name,
      type: typeOf(field),
      isRequired: schema.required?.includes(name) === true,
      rules: rulesOf(field),
    },
    ...describeSchema(objectIn(field), prefix + name + "[]".repeat(listDepth(field)) + "."),
  ]);
}

function objectIn(schema: JsonSchema): JsonSchema {
  return schema.items === undefined ? schema : objectIn(schema.items);
}

function listDepth({ items }: JsonSchema): number {
  return items === undefined ? 0 : 1 + listDepth(items);
}

function typeOf(schema: JsonSchema): string {
  const { type, anyOf, items, additionalProperties } = schema;
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" or ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (typeof additionalProperties === "object") return `object of ${typeOf(additionalProperties)}`;
  return typeof type === "string" ? type : (type?.join(" or ") ?? "anything");
}

function rulesOf(schema: JsonSchema): string {
  const { items, additionalProperties } = schema;
  const inner = items ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
  const ofEach =
    inner === undefined || inner.properties !== undefined ? [] : boundsOf(inner).map((rule) => `each ${rule}`);
  const rules = [...boundsOf(schema), ...ofEach].join("; ");
  return [rules, schema.description].filter((text) => text !== undefined && text !== "").join(". ");
}

function boundsOf(schema: JsonSchema): string[] {
  const { enum: values, pattern, default: preset } = schema;
  return [
    ...range(schema.minLength, schema.maxLength, "characters"),
    ...range(schema.minItems, schema.maxItems, "items"),
    ...range(safe(schema.minimum), safe(schema.maximum), ""),
    ...(values === undefined ? [] : [`one of ${values.map((value) => code(String(value))).join(", ")}`]),
    ...(pattern === undefined ? [] : [`matches ${code(pattern)}`]),
    ...(preset === undefined ? [] : [`default ${code(JSON.stringify(preset))}`]),
  ];
}

/** The bounds that every integer has say nothing. */
function safe(bound: number | undefined): number | undefined {
  return bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound;
}

function range(least: number | undefined, most: number | undefined, unit: string): string[] {
  const bounds =
    least !== undefined && most !== undefined
      ? `${least} to ${most}`
      : most !== undefined
        ? `at most ${most}`
        : least !== undefined
          ? `at least ${least}`
          : undefined;
  return bounds === undefined ? [] : [`${bounds} ${unit}`.trim()];
}

function code(text: string): string {
  return `\`${text}\``;
}
