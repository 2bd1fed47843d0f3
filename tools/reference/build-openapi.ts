import * as z from "#base/zod";

import { ERROR_CODES } from "#base/errors";
import type { RouteSpec } from "#http/route";

/** A JSON document under construction. */
type Json = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document of the routes, from the same zod schemas that parse their input.
 * Deterministic: routes keep their order.
 */
export function buildOpenApi(
  specs: readonly RouteSpec[],
  info: { title: string; version: string; description: string },
): Json {
  return {
    openapi: "3.1.0",
    info,
    servers: [{ url: "/" }],
    paths: describePaths(specs),
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An API key, ak_<tenant>_<random>, or a token of the tenant's issuer",
        },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
      },
      schemas: { Error: errorSchema },
    },
  };
}

/** The `paths` of such a document. */
export function describePaths(specs: readonly RouteSpec[]): Json {
  const paths = new Map<string, Json>();
  for (const spec of specs) {
    for (const path of [spec.path, ...(spec.aliases ?? [])]) {
      const template = path.replace(/:([A-Za-z]+)(\{[^}]*\})?/g, "{$1}");
      const operation = describeOperation(spec, path !== spec.path);
      paths.set(template, { ...paths.get(template), [spec.method.toLowerCase()]: operation });
    }
  }
  return Object.fromEntries(paths);
}

function describeOperation(spec: RouteSpec, isAlias: boolean): Json {
  return {
    operationId: isAlias ? `${spec.operationId}Alias` : spec.operationId,
    summary: spec.summary,
    tags: [spec.tag],
    ...(isAlias ? { deprecated: true } : {}),
    security: spec.access === "public" ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(["public", "any-key", "any-tool"].includes(spec.access) ? {} : { "x-required-scope": spec.access }),
    parameters: [
      ...parametersOf(spec.params, "path"),
      ...parametersOf(spec.query, "query"),
      {
        name: "x-tenant-id",
        in: "header",
        required: false,
        schema: { type: "string" },
        description: "The tenant, where the host does not say it.",
      },
      ...(spec.method === "POST" ? [idempotencyKey] : []),
    ],
    ...(spec.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { "application/json": { schema: jsonSchema(spec.body, "input") } } },
        }),
    responses: {
      ...(spec.accepted !== undefined && spec.response === undefined && spec.contentType === undefined
        ? {}
        : { "200": { description: "It worked.", content: successContent(spec) } }),
      ...(spec.accepted === undefined
        ? {}
        : {
            "202": {
              description: "Accepted; it is done later.",
              content: { "application/json": { schema: envelopeSchema(spec.accepted) } },
            },
          }),
      default: {
        description: "It did not; `error.code` says why.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

const idempotencyKey: Json = {
  name: "idempotency-key",
  in: "header",
  required: false,
  schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
  description: "A repetition with the same key gets the first request's answer, for 24 hours.",
};

function successContent(spec: RouteSpec): Json {
  const envelope =
    spec.response === undefined ? undefined : { "application/json": { schema: envelopeSchema(spec.response) } };
  const bare =
    spec.bareResponse === undefined
      ? undefined
      : { "application/json": { schema: jsonSchema(spec.bareResponse, "output") } };
  const other = spec.contentType === undefined ? undefined : { [spec.contentType]: {} };
  return { ...envelope, ...bare, ...other };
}

function envelopeSchema(data: z.ZodMiniType): Json {
  return {
    type: "object",
    required: ["ok", "data", "traceId"],
    properties: { ok: { const: true }, data: jsonSchema(data, "output"), traceId: { type: "string" } },
  };
}

const errorSchema: Json = {
  type: "object",
  required: ["ok", "error", "traceId"],
  properties: {
    ok: { const: false },
    error: {
      type: "object",
      required: ["code", "message", "retryable"],
      properties: {
        code: { enum: Object.keys(ERROR_CODES) },
        message: { type: "string" },
        details: {
          type: "array",
          items: { type: "object", properties: { field: { type: "string" }, message: { type: "string" } } },
        },
        retryable: { type: "boolean" },
      },
    },
    traceId: { type: "string" },
  },
};

function parametersOf(schema: z.ZodMiniType | undefined, place: "path" | "query"): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is; the `$schema` line is the document's business. */
function jsonSchema(schema: z.ZodMiniType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}
