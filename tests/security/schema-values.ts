import fc from "fast-check";

/** The parts of JSON Schema that the routes' schemas come to. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Stands in every text that is made here: no log may hold it. */
export const MARK = "quokkamark";

const text = fc.oneof(
  fc.constant(`${MARK} what is it?`),
  fc.string({ unit: "binary", maxLength: 60 }).map((tail) => `${MARK}${tail}`),
  fc.constant(`${MARK}\u0000\u202e\ud800 ${"x".repeat(300)}`),
);

/** Values that a schema of a route lets in, as far as its shape says. */
export function validValue(schema: unknown): fc.Arbitrary<unknown> {
  const { type, enum: values, const: only, anyOf, oneOf, properties, required = [], items, ...rest } = schema as Schema;
  if (values !== undefined) return fc.constantFrom(...values);
  if (only !== undefined) return fc.constant(only);
  const forms = anyOf ?? oneOf;
  if (forms !== undefined) return fc.oneof(...forms.map(validValue));
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) => [name, validValue(field)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
  }
  switch (type) {
    case "array":
      return fc.array(validValue(items ?? {}), { maxLength: 3 });
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.integer({
        min: Math.ceil(Math.max(rest.minimum ?? 0, -1_000)),
        max: Math.floor(Math.min(rest.maximum ?? 100, 1_000)),
      });
    case "object":
      return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
    case "string":
      return text.map((value) => value.slice(0, Math.min(rest.maxLength ?? 200, 400)));
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

const WRONG: readonly unknown[] = [
  ...[null, true, -1, 1e308, 0.5, Number.MAX_SAFE_INTEGER + 2, "", " ", "\u0000", "\ud800", [], {}, [[]], [null]],
  ...[
    "__proto__",
    "constructor",
    "NaN",
    "../../etc/passwd",
    "' OR 1=1 --",
    "<script>",
    "${7*7}",
    "%00",
    "x".repeat(9_000),
  ],
  ...[{ constructor: {} }, { toString: 1 }, { length: 1e9 }, { $ref: "#" }, Array.from({ length: 300 }, () => "a")],
];

/** Valid but for one thing: a field is gone, of another kind, or one too many. */
export function nearlyValidValue(schema: unknown): fc.Arbitrary<unknown> {
  return fc.tuple(validValue(schema), fc.nat(), fc.constantFrom(...WRONG), fc.nat(2)).map(([value, at, wrong, way]) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong;
    const names = Object.keys(value);
    const name = names[at % Math.max(1, names.length)] ?? "message";
    const entries = Object.entries(value).filter(([own]) => own !== name);
    if (way === 0) return Object.fromEntries(entries);
    return Object.fromEntries([...entries, [way === 1 ? name : `${name}x`, wrong]]);
  });
}

/** Bodies that mean harm: no JSON, much of it, deep, or of no shape at all. */
export const hostileBody: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.nat(3_000).map((depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`),
  fc.nat(1_000).map((depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`),
  fc.constantFrom(
    "",
    "null",
    "0",
    "[]",
    '""',
    "{",
    '{"a":1,}',
    '{"__proto__":{"x":1}}',
    '{"message":',
    "\ufeff{}",
    "1e999",
  ),
);

/** A header as clients, proxies and attackers send it. Values that HTTP itself refuses never arrive. */
export const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    ...[
      "accept",
      "cache-control",
      "traceparent",
      "x-request-id",
      "cf-ray",
      "idempotency-key",
      "last-event-id",
      "origin",
    ],
    ...[
      "cf-connecting-ip",
      "if-none-match",
      "mcp-protocol-version",
      "mcp-method",
      "accept-language",
      "range",
      "x-api-key",
    ],
    ...["cookie", "user-agent", "referer", "x-user-id", "x-forwarded-for"],
  ),
  fc.oneof(
    fc.constantFrom("text/event-stream", "application/problem+json", "*/*", "no-store", "0", "-1", "1.1", "null", "*"),
    fc.constantFrom(
      "https://app.acme.example",
      "https://evil.example",
      "2026-07-28",
      'W/"x"',
      "bytes=0-",
      `${MARK}=1`,
      "x".repeat(9_000),
    ),
    fc.stringMatching(/^[!-~]{1,60}$/),
  ),
  { maxKeys: 3 },
);
