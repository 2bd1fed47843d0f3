import type { Result, Router } from "hono/router";
import { PatternRouter } from "hono/router/pattern-router";

/**
 * Hono's smallest router, which remembers what it found for paths without parameters: it tries every pattern one by one, and
 * most requests ask for one of a few paths.
 */
export class RouteTable<Handler> implements Router<Handler> {
  readonly name = "RouteTable";
  readonly #patterns = new PatternRouter<Handler>();
  /** Only what was added can be remembered: what clients ask for has no end. */
  readonly #methods = new Set<string>();
  readonly #staticPaths = new Set<string>();
  readonly #found = new Map<string, Result<Handler>>();

  add(method: string, path: string, handler: Handler): void {
    this.#patterns.add(method, path, handler);
    this.#methods.add(method);
    if (!/[:*?]/.test(path)) this.#staticPaths.add(path);
    this.#found.clear();
  }

  match(method: string, path: string): Result<Handler> {
    const key = `${method} ${path}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const result = this.#patterns.match(method, path);
    if (this.#methods.has(method) && this.#staticPaths.has(path)) this.#found.set(key, result);
    return result;
  }
}
