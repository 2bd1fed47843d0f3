import * as z from "#base/zod";
import type { RouteSpec } from "#http/route";
import type { RouteRow } from "#tests/security/route-rows";

/** Names of inputs by which something that is stored could be found. */
const LOOKS_LIKE_AN_ID =
  /(^|[a-z_])(id|ids|cursor|after|key|keys|tool|tools|tenant|principal|owner|user|namespace|acl|model|params)$|^(id|ids)$/i;

/** Of other parties: OpenAI's API takes them and nothing here reads them, or they are written by the caller and read by a model alone. */
const NOT_OURS: ReadonlySet<string> = new Set([
  "body.id",
  "body.user",
  "body.messages.tool_call_id",
  "body.messages.tool_calls.id",
  "body.tools",
]);

/** Inputs of a route that look like ids and stand in no row: what to do about each. */
export function undeclaredIds(spec: RouteSpec, row: RouteRow): readonly string[] {
  const inPath = [...spec.path.matchAll(/:(\w+)/g)].map(([, name]) => `path.${name}`);
  const found = [
    ...inPath.filter((place) => place !== "path.file"),
    ...places(spec.query, "query"),
    ...places(spec.body, "body"),
  ];
  const declared = new Set(row.ids);
  return [...new Set(found)]
    .filter((place) => place.startsWith("path.") || LOOKS_LIKE_AN_ID.test(place.slice(place.lastIndexOf(".") + 1)))
    .filter((place) => !declared.has(place) && !NOT_OURS.has(place))
    .map(
      (place) =>
        `${spec.method} ${spec.path} takes ${place}, which its row does not name: add "${place}" to the ids of "${spec.operationId}" in tests/security/route-rows.ts, and use the victim's in its request`,
    );
}

/** Dotted names of all fields that a schema lets in, those in lists included. */
function places(schema: z.ZodMiniType | undefined, place: string): readonly string[] {
  return schema === undefined ? [] : fieldsOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), place);
}

function fieldsOf(schema: unknown, place: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema as Fields;
  return [
    ...Object.entries(properties).flatMap(([name, field]) => [
      `${place}.${name}`,
      ...fieldsOf(field, `${place}.${name}`),
    ]),
    ...[items, ...anyOf, ...oneOf, ...allOf].flatMap((part) => fieldsOf(part, place)),
  ];
}

interface Fields {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly allOf?: readonly unknown[];
}
