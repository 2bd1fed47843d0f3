import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { createRequestBudget, type RateLimit } from "./accounts/request-budget.js";
import type { TokenRecord } from "./accounts/token-record.js";
import { type ApiCall, answerApi, type ApiOptions } from "./api/answer-api.js";
import { createRouter } from "./api/route.js";
import { allRoutes } from "./all-routes.js";
import { Edge } from "./edge/edge.js";
import { InvocationCounts } from "./edge/invocation-counts.js";
import { startStorageServer } from "./edge/storage-server.js";
import { createFaultPlan, type FaultPlan } from "./faults/fault-plan.js";
import { seededRandom } from "./faults/seeded-random.js";
import { CloudflareState } from "./state/cloudflare-state.js";
import { TailSessions } from "./workers/tail-sessions.js";

export interface CloudflareApiOptions {
  readonly tokens: readonly TokenRecord[];
  /** Where accounts are kept. Default: a temporary folder that goes away with the server. */
  readonly dataDir?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default: none, unlike the real one. */
  readonly rateLimit?: RateLimit;
  /** Seed of everything that is left to chance: faults and the division of traffic. Default 1. */
  readonly seed?: number;
  /** Workers that run at the same time. Default 4, about 100 MB each. */
  readonly maxCells?: number;
  readonly nowMs?: () => number;
}

/** A running simulator. */
export interface CloudflareApi {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** For `CLOUDFLARE_API_BASE_URL`. */
  readonly apiUrl: string;
  readonly faults: FaultPlan;
  /** The accounts' contents, for tests that look or meddle behind the API's back. */
  readonly state: CloudflareState;
  /** Every call since the start. */
  readonly calls: readonly ApiCall[];
  /** Hears each call before it is answered. Answers how to stop listening. */
  onCall(listener: (call: ApiCall) => void): () => void;
  setTokens(tokens: readonly TokenRecord[]): void;
  close(): Promise<void>;
}

/** Names under which the API answers; every other Host header leads to a Worker. */
const API_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]", "api.cloudflare.com"]);

/** Starts the API and the edge on one port of the loopback address. */
export async function startCloudflareApi(options: CloudflareApiOptions): Promise<CloudflareApi> {
  const { nowMs = Date.now, maxCells = 4 } = options;
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), "cloudflare-api-"));
  const random = seededRandom(options.seed ?? 1);
  const state = new CloudflareState(dataDir, nowMs);
  const tails = new TailSessions();
  const counts = new InvocationCounts();
  const faults = createFaultPlan(random);
  const calls: ApiCall[] = [];
  const listeners = new Set<(call: ApiCall) => void>([(call) => void calls.push(call)]);
  let { tokens } = options;

  const storage = await startStorageServer(state);
  const edge = new Edge(state, {
    dataDir,
    maxCells,
    random,
    storage: storage.storage,
    onLog: (account, script, line) => tails.log(account, script, line),
    onInvocation: (invocation) => {
      counts.add(invocation);
      tails.report(invocation);
    },
  });
  const api: ApiOptions = {
    match: createRouter(allRoutes(state, tails, counts)),
    tokens: () => tokens,
    budget: createRequestBudget(options.rateLimit),
    faults,
    nowMs,
    onCall: (call) => {
      for (const listener of listeners) listener(call);
    },
  };

  const server = createServer((incoming, outgoing) => {
    const host = (incoming.headers.host ?? "").replace(/:\d+$/, "");
    const answering = API_HOSTS.has(host) ? answerApi(incoming, outgoing, api) : edge.answer(incoming, outgoing);
    // The client has gone away.
    answering.catch(() => outgoing.destroy());
  });
  server.on("upgrade", (incoming, socket) => tails.join(incoming, socket));
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  return {
    origin,
    apiUrl: `${origin}/client/v4`,
    faults,
    state,
    calls,
    onCall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setTokens(next) {
      tokens = next;
    },
    async close() {
      tails.closeAll();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await edge.close();
      await storage.close();
      state.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
}
