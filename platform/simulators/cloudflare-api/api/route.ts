import type { Permission } from "../accounts/permissions.js";
import type { TokenRecord } from "../accounts/token-record.js";
import type { ApiRequest } from "./api-request.js";
import type { Answer } from "./envelope.js";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a handler gets besides the request. */
export interface RouteCall {
  /** Segments of the path that the pattern names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** `params.account`, or the empty string for routes of a user. */
  readonly account: string;
  /** Who calls; absent for routes that need no token. */
  readonly token: TokenRecord | undefined;
}

export type Handler = (request: ApiRequest, call: RouteCall) => Answer | Promise<Answer>;

/** One endpoint: `GET /accounts/:account/workers/scripts/:script`. */
export interface Route {
  readonly method: Method;
  readonly pattern: string;
  /** What the token needs. `user`: any valid token. `none`: no token at all. */
  readonly permission: Permission | "user" | "none";
  readonly handle: Handler;
}

export function route(method: Method, pattern: string, permission: Route["permission"], handle: Handler): Route {
  return { method, pattern, permission, handle };
}

/** A route and the segments that it names. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request; the first that fits wins. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => RouteMatch | undefined {
  const compiled = routes.map((entry) => ({ entry, expression: compile(entry.pattern) }));
  return (method, path) => {
    for (const { entry, expression } of compiled) {
      if (entry.method !== method) continue;
      const groups = expression.exec(path)?.groups;
      if (groups !== undefined) return { route: entry, params: decode(groups) };
    }
    return undefined;
  };
}

function compile(pattern: string): RegExp {
  // `_` keeps the groups from being undefined where a pattern names none.
  return new RegExp(`^(?<_>)${pattern.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
}

function decode(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}
