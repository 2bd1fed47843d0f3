import path from "node:path";

import { type ServerProcess, startServerProcess } from "#tests/load/servers/server-process";
import type { WorkerOptions } from "#tests/load/servers/worker-options";

/** Paths of the bundles that are measured. */
export interface Bundles {
  readonly bareSession: string;
  readonly bindingFloor: string;
  readonly floor: string;
  readonly product: string;
  readonly measured: string;
}

/** What the simulated model says in a chat: 15 tokens. */
export const CHAT_ANSWER = "One two three four five six seven eight nine ten, and so on to the end.";

/** The processes that are measured. Each is started when it is first wanted, once. */
export class Servers {
  readonly #bundles: Bundles;
  readonly #running = new Map<string, Promise<ServerProcess>>();

  constructor(bundles: Bundles) {
    this.#bundles = bundles;
  }

  upstream(): Promise<ServerProcess> {
    return this.#start("upstream", () => startServerProcess("./upstream.js", []));
  }

  /** A bare pass-through in workerd. */
  floor(): Promise<ServerProcess> {
    return this.#start("floor", async () => {
      const { url: upstreamUrl } = await this.upstream();
      return this.#worker({ kind: "floor", modulePath: this.#bundles.floor, upstreamUrl });
    });
  }

  /** A pass-through to `env.AI`, with its models at the upstream. */
  bindingFloor(): Promise<ServerProcess> {
    return this.#start("binding floor", async () => {
      const { url: upstreamUrl } = await this.upstream();
      return this.#worker({ kind: "product", modulePath: this.#bundles.bindingFloor, upstreamUrl, areLimitsOn: false });
    });
  }

  /** Portkey's gateway, on node, as its package starts it. */
  peer(): Promise<ServerProcess> {
    return this.#start("peer", () => startServerProcess("./peer.js", [], "ignore"));
  }

  /** The product, with its models at the upstream; with metrics when they are wanted. */
  product(areLimitsOn: boolean, isMeasured = false): Promise<ServerProcess> {
    const modulePath = isMeasured ? this.#bundles.measured : this.#bundles.product;
    return this.#start(`product ${areLimitsOn} ${isMeasured}`, async () => {
      const { url: upstreamUrl } = await this.upstream();
      return this.#worker({ kind: "product", modulePath, upstreamUrl, areLimitsOn });
    });
  }

  /** The product with limits and budgets on, and a simulated model that answers at once. */
  chat(): Promise<ServerProcess> {
    const { product: modulePath } = this.#bundles;
    return this.#start("chat", () =>
      this.#worker({ kind: "product", modulePath, areLimitsOn: true, answer: CHAT_ANSWER }),
    );
  }

  /** The least session, with the same model. */
  bareSession(): Promise<ServerProcess> {
    const { bareSession: modulePath } = this.#bundles;
    return this.#start("bare session", () =>
      this.#worker({ kind: "product", modulePath, areLimitsOn: false, answer: CHAT_ANSWER }),
    );
  }

  async stop(): Promise<void> {
    const running = await Promise.allSettled([...this.#running.values()]);
    const stops = running.flatMap((server) => (server.status === "fulfilled" ? [server.value.stop()] : []));
    await Promise.all(stops);
    this.#running.clear();
  }

  #start(name: string, start: () => Promise<ServerProcess>): Promise<ServerProcess> {
    const server = this.#running.get(name) ?? start();
    this.#running.set(name, server);
    return server;
  }

  #worker(options: WorkerOptions): Promise<ServerProcess> {
    const modulePath = path.resolve(options.modulePath);
    return startServerProcess("./worker.js", [JSON.stringify({ ...options, modulePath })]);
  }
}
