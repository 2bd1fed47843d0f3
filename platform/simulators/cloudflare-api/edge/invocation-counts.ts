import * as z from "zod";

import { readJson } from "../api/api-request.js";
import { ok, type Answer } from "../api/envelope.js";
import { route, type Route } from "../api/route.js";
import type { Invocation } from "./edge.js";

/** Statuses from here on count as errors of an invocation. */
const FIRST_ERROR_STATUS = 500;

/** Most invocations that are remembered. */
const MAX_REMEMBERED = 50_000;

const querySchema = z.object({
  query: z.string(),
  variables: z.object({
    accountTag: z.string(),
    scriptName: z.string(),
    since: z.iso.datetime(),
  }),
});

/** What the edge has answered, as the GraphQL analytics API counts it. Kept in memory only. */
export class InvocationCounts {
  #invocations: Invocation[] = [];

  add(invocation: Invocation): void {
    this.#invocations.push(invocation);
    if (this.#invocations.length > MAX_REMEMBERED) this.#invocations = this.#invocations.slice(-MAX_REMEMBERED / 2);
  }

  /** Requests and errors of a script since a time, by version. */
  byVersion(account: string, script: string, sinceMs: number): Map<string, { requests: number; errors: number }> {
    const counts = new Map<string, { requests: number; errors: number }>();
    for (const entry of this.#invocations) {
      if (entry.account !== account || entry.script !== script || entry.atMs < sinceMs) continue;
      const count = counts.get(entry.versionId) ?? { requests: 0, errors: 0 };
      count.requests += 1;
      if (entry.status >= FIRST_ERROR_STATUS) count.errors += 1;
      counts.set(entry.versionId, count);
    }
    return counts;
  }
}

/**
 * `POST /graphql`: the one query that is understood is `workersInvocationsAdaptive` by script and version, its filter in
 * the variables `accountTag`, `scriptName` and `since`. GraphQL has its own envelope.
 */
export function analyticsRoutes(counts: InvocationCounts): Route[] {
  return [
    route("POST", "/graphql", "user", (request, { token }): Answer => {
      const { query, variables } = readJson(request, querySchema);
      const { accountTag, scriptName, since } = variables;
      if (!query.includes("workersInvocationsAdaptive")) return graphqlError("unknown field");
      if (token?.accounts.includes(accountTag) !== true) return graphqlError("not authorized for that account");
      const groups = [...counts.byVersion(accountTag, scriptName, Date.parse(since))].map(([scriptVersion, sum]) => ({
        dimensions: { scriptVersion },
        sum,
      }));
      return graphql({ data: { viewer: { accounts: [{ workersInvocationsAdaptive: groups }] } }, errors: null });
    }),
  ];
}

function graphqlError(message: string): Answer {
  return graphql({ data: null, errors: [{ message, path: ["viewer"], extensions: { code: "authz" } }] });
}

function graphql(body: unknown): Answer {
  return { ...ok(null), headers: { "content-type": "application/json" }, raw: JSON.stringify(body) };
}
