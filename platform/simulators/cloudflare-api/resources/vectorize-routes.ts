import * as z from "zod";

import { ApiError, refusals } from "../api/api-error.js";
import { type ApiRequest, readJson } from "../api/api-request.js";
import { type Answer, ok } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import type { IndexRecord } from "./resource-records.js";

const INDEXES = "/accounts/:account/vectorize/v2/indexes";
const INDEX = `${INDEXES}/:index`;

/** Metadata indexes per index ("Limits" page of the Vectorize docs). */
const MAX_METADATA_INDEXES = 10;

const createSchema = z.looseObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  description: z.string().default(""),
  config: z.looseObject({
    dimensions: z.int().min(32).max(1_536),
    metric: z.enum(["cosine", "euclidean", "dot-product"]),
  }),
});
const metadataIndexSchema = z.looseObject({
  propertyName: z.string().min(1),
  indexType: z.enum(["string", "number", "boolean"]),
});

/** Vectorize indexes and their metadata indexes. Vectors are with the Worker that is bound to an index. */
export function vectorizeRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", INDEXES, "Vectorize Read", (_, { account }) => ok(state.indexes.list(account).map(indexAnswer))),
    route("POST", INDEXES, "Vectorize Write", (request, call) => createIndex(state, request, call)),
    route("GET", INDEX, "Vectorize Read", (_, call) => ok(indexAnswer(requireIndex(state, call)))),
    route("DELETE", INDEX, "Vectorize Write", (_, call) => {
      state.indexes.delete(call.account, requireIndex(state, call).name);
      return ok(null);
    }),
    route("GET", `${INDEX}/metadata_index/list`, "Vectorize Read", (_, call) => {
      const { metadataIndexes } = requireIndex(state, call).options;
      return ok({
        metadataIndexes: metadataIndexes.map(({ propertyName, type }) => ({ propertyName, indexType: capital(type) })),
      });
    }),
    route("POST", `${INDEX}/metadata_index/create`, "Vectorize Write", (request, call) =>
      createMetadataIndex(state, request, call),
    ),
    route("POST", `${INDEX}/metadata_index/delete`, "Vectorize Write", (request, call) => {
      const { propertyName } = readJson(request, z.looseObject({ propertyName: z.string() }));
      const index = requireIndex(state, call);
      const metadataIndexes = index.options.metadataIndexes.filter((entry) => entry.propertyName !== propertyName);
      return putIndex(state, call, { ...index, options: { ...index.options, metadataIndexes } });
    }),
  ];
}

function indexAnswer({ name, description, created_on, modified_on, options }: IndexRecord): Record<string, unknown> {
  const { dimensions, metric } = options;
  return { name, description, created_on, modified_on, config: { dimensions, metric } };
}

function createIndex(state: CloudflareState, request: ApiRequest, { account }: RouteCall): Answer {
  const { name, description, config } = readJson(request, createSchema);
  if (state.indexes.get(account, name) !== undefined) throw new ApiError(409, 3_002, "vectorize.index.duplicate_name");
  const now = state.now();
  const options = { dimensions: config.dimensions, metric: config.metric, metadataIndexes: [] };
  const index = { name, description, created_on: now, modified_on: now, options };
  return ok(indexAnswer(state.indexes.put(account, name, index)));
}

function requireIndex(state: CloudflareState, { account, params }: RouteCall): IndexRecord {
  const index = state.indexes.get(account, params["index"] ?? "");
  if (index === undefined) throw refusals.noIndex();
  return index;
}

function createMetadataIndex(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const { propertyName, indexType } = readJson(request, metadataIndexSchema);
  const index = requireIndex(state, call);
  const { metadataIndexes } = index.options;
  if (metadataIndexes.some((entry) => entry.propertyName === propertyName)) {
    throw new ApiError(409, 3_022, "vectorize.metadata_index.duplicate");
  }
  if (metadataIndexes.length >= MAX_METADATA_INDEXES) {
    throw new ApiError(400, 3_023, "vectorize.metadata_index.limit");
  }
  const added = [...metadataIndexes, { propertyName, type: indexType }];
  return putIndex(state, call, { ...index, options: { ...index.options, metadataIndexes: added } });
}

function putIndex(state: CloudflareState, { account }: RouteCall, index: IndexRecord): Answer {
  state.indexes.put(account, index.name, { ...index, modified_on: state.now() });
  return ok({ mutationId: state.uuid() });
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
