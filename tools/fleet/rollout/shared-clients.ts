import type * as z from "#base/zod";

import { type ApiClient, type ApiClientOptions, createApiClient } from "../account/api-client.js";

/**
 * Clients for many tenants. Tenants with the same token share one, so that a 429 holds up all calls of the token. Until
 * `endSharing`, what is read is read once: a plan for the tenants of an account asks only once what the account has.
 */
export class SharedClients {
  readonly #clients = new Map<string, ApiClient>();
  readonly #reads = new Map<string, Promise<unknown>>();
  #isSharing = true;

  readonly clientFor = (options: ApiClientOptions): ApiClient => {
    const known = this.#clients.get(options.token);
    if (known !== undefined) return known;
    const client = this.#shared(createApiClient(options), this.#clients.size);
    this.#clients.set(options.token, client);
    return client;
  };

  /** From now on, each call is made: what was read may have changed. */
  endSharing(): void {
    this.#isSharing = false;
    this.#reads.clear();
  }

  #shared(client: ApiClient, number: number): ApiClient {
    const once = <T>(path: string, read: () => Promise<T>): Promise<T> => {
      if (!this.#isSharing) return read();
      const key = `${number} ${path}`;
      // The schema of a path is always the same, so its parsed answer is, too.
      const promise = (this.#reads.get(key) as Promise<T> | undefined) ?? read();
      this.#reads.set(key, promise);
      return promise;
    };
    return {
      ...client,
      call: <Schema extends z.ZodMiniType>(method: string, path: string, schema: Schema, body?: unknown) =>
        method === "GET"
          ? once(path, () => client.call(method, path, schema))
          : client.call(method, path, schema, body),
      list: (path, schema) => once(path, () => client.list(path, schema)),
    };
  }
}
