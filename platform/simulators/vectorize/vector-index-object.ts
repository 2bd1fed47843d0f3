import { DurableObject } from "cloudflare:workers";
import type { VectorIndexOptions } from "#simulators/contract/binding-props";
import { nestIndexed } from "./indexed-value.js";
import { VectorizeRefusal, vectorizeErrorCodes as codes, vectorizeLimits as limits } from "./limits.js";
import { assertIdFits, parseVectors } from "./parse-mutation.js";
import { type VectorQuery, parseQuery } from "./parse-query.js";
import { type Mutation, type StoredVector, VectorStore } from "./vector-store.js";

/** One Vectorize index: the shell that reads requests, keeps the time and shapes the answers. */
export class VectorIndexObject extends DurableObject {
  #store: VectorStore | undefined;

  override async fetch(request: Request): Promise<Response> {
    const operation = new URL(request.url).pathname.slice(1);
    const index = JSON.parse(request.headers.get("x-index") ?? "{}") as VectorIndexOptions;
    const delayMs = Number(request.headers.get("x-visibility-delay-ms"));
    try {
      const store = this.#openStore(index);
      return Response.json(this.#run(store, operation, await request.text(), index, delayMs));
    } catch (error) {
      if (!(error instanceof VectorizeRefusal)) throw error;
      return Response.json({ error: error.message, code: error.code }, { status: error.status });
    }
  }

  #openStore(index: VectorIndexOptions): VectorStore {
    this.#store ??= new VectorStore(this.ctx.storage);
    this.#store.open(index);
    this.#store.applyDue(Date.now());
    return this.#store;
  }

  #run(store: VectorStore, operation: string, body: string, index: VectorIndexOptions, delayMs: number): unknown {
    const visibleAt = Date.now() + delayMs;
    const mutate = (mutation: Mutation): unknown => ({ mutationId: store.mutate(mutation, Date.now(), visibleAt) });
    switch (operation) {
      case "info":
        return store.info();
      case "insert":
      case "upsert":
        return mutate({ kind: operation, vectors: parseVectors(body, index) });
      case "deleteByIds":
        return mutate({ kind: "delete", ids: parseIds(body, limits.maxDeleteIds) });
      case "getByIds":
        return store.get(parseIds(body, limits.maxGetIds)).map(vectorAnswer);
      case "query":
        return answerQuery(store, parseQuery(parseJson(body), index));
      default:
        throw new VectorizeRefusal(codes.parseQuery, `no such operation: ${operation}`, 404);
    }
  }
}

function answerQuery(store: VectorStore, query: VectorQuery): unknown {
  const vector = "vector" in query.like ? query.like.vector : store.valuesOf(query.like.vectorId);
  if (vector === undefined) throw new VectorizeRefusal(codes.vectorNotFound, "vector not found", 404);
  const found = store.search({ ...query, vector });
  const needsRows = query.returnValues || query.returnMetadata === "all";
  const rows = new Map(needsRows ? store.get(found.map(({ entry }) => entry.id)).map((row) => [row.id, row]) : []);
  const matches = found.map(({ entry, score }) => {
    const row = rows.get(entry.id);
    const metadata = query.returnMetadata === "indexed" ? nestIndexed(entry.indexed) : row?.metadata;
    return {
      id: entry.id,
      score,
      ...(entry.namespace === "" ? {} : { namespace: entry.namespace }),
      ...(query.returnValues && row !== undefined ? { values: Array.from(row.values) } : {}),
      ...(query.returnMetadata !== "none" && metadata !== undefined ? { metadata } : {}),
    };
  });
  return { count: matches.length, matches };
}

function vectorAnswer({ id, namespace, values, metadata }: StoredVector): unknown {
  return {
    id,
    ...(namespace === "" ? {} : { namespace }),
    values: Array.from(values),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function parseIds(body: string, maxIds: number): string[] {
  const { ids } = parseJson(body) as { ids?: unknown };
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) {
    throw new VectorizeRefusal(codes.parseQuery, "Failed to parse the request body as JSON: ids: expected strings");
  }
  if (ids.length > maxIds) {
    throw new VectorizeRefusal(codes.idCount, `too many ids in payload; max id count is ${maxIds}, got ${ids.length}`);
  }
  ids.forEach(assertIdFits);
  return ids;
}

function parseJson(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch {
    // Refused below, as any body that is no object.
  }
  throw new VectorizeRefusal(codes.parseQuery, "Failed to parse the request body as JSON: expected an object");
}
