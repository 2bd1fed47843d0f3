import { randomBytes, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

import type { DatabaseRecord, GatewayRecord, IndexRecord, NamespaceRecord } from "../resources/resource-records.js";
import type { AssetSession } from "../workers/asset-routes.js";
import type { DomainRecord, RouteRecord, ScriptRecord } from "../workers/script-record.js";
import { BlobStore } from "./blob-store.js";
import { Collection } from "./collection.js";
import { D1Store } from "./d1-store.js";
import { KvStore } from "./kv-store.js";
import { openStateDatabase } from "./state-database.js";

/** Everything that the simulated accounts hold. */
export class CloudflareState {
  readonly #database: DatabaseSync;
  readonly scripts: Collection<ScriptRecord>;
  readonly domains: Collection<DomainRecord>;
  readonly routes: Collection<RouteRecord>;
  readonly namespaces: Collection<NamespaceRecord>;
  readonly databases: Collection<DatabaseRecord>;
  readonly indexes: Collection<IndexRecord>;
  readonly gateways: Collection<GatewayRecord>;
  readonly queues: Collection<Readonly<Record<string, unknown>>>;
  readonly workflows: Collection<Readonly<Record<string, unknown>>>;
  readonly buckets: Collection<Readonly<Record<string, unknown>>>;
  readonly blobs: BlobStore;
  readonly kv: KvStore;
  readonly d1: D1Store;
  /** Uploads of static files by the text of their token; they end with the process, as the real ones after an hour. */
  readonly assetSessions = new Map<string, AssetSession>();

  constructor(
    dataDir: string,
    readonly nowMs: () => number,
  ) {
    this.#database = openStateDatabase(dataDir);
    const collection = <T>(kind: string): Collection<T> => new Collection<T>(this.#database, kind);
    this.scripts = collection("script");
    this.domains = collection("domain");
    this.routes = collection("route");
    this.namespaces = collection("kv-namespace");
    this.databases = collection("d1-database");
    this.indexes = collection("vectorize-index");
    this.gateways = collection("ai-gateway");
    this.queues = collection("queue");
    this.workflows = collection("workflow");
    this.buckets = collection("r2-bucket");
    this.blobs = new BlobStore(this.#database);
    this.kv = new KvStore(this.#database, nowMs);
    this.d1 = new D1Store(dataDir);
  }

  now(): string {
    return new Date(this.nowMs()).toISOString();
  }

  /** An id of 32 hex digits, as namespaces, queues and scripts have. */
  hexId(): string {
    return randomBytes(16).toString("hex");
  }

  /** A UUID, as databases, versions and deployments have. */
  uuid(): string {
    return randomUUID();
  }

  close(): void {
    this.d1.close();
    this.#database.close();
  }
}

/** The name below `workers.dev` under which an account's Workers answer. */
export function accountSubdomain(account: string): string {
  return `account-${account.slice(0, 8)}`;
}
