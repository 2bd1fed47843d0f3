import { DurableObject } from "cloudflare:workers";
import type { GatewayLog } from "#simulators/contract/control-messages";

/** A stored answer of a gateway's cache. */
export interface CachedAnswer {
  readonly body: ArrayBuffer;
  readonly contentType: string;
}

/** The gateway logs and the response cache of one Worker. */
export class GatewayLogObject extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS logs (
        seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, gateway TEXT NOT NULL, log TEXT NOT NULL
      );
      CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY, body BLOB NOT NULL, content_type TEXT NOT NULL, expires_at INTEGER NOT NULL
      );
    `);
  }

  /** Adds logs, or completes those that are here; what was patched meanwhile stays. */
  write(logs: readonly GatewayLog[]): void {
    for (const log of logs) {
      this.#sql.exec(
        "INSERT INTO logs (id, gateway, log) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET log = json_patch(log, excluded.log)",
        log.id,
        log.gateway,
        JSON.stringify(log),
      );
    }
  }

  read(gateway: string, id: string): GatewayLog | undefined {
    const [row] = this.#sql
      .exec<{ log: string }>("SELECT log FROM logs WHERE gateway = ? AND id = ?", gateway, id)
      .toArray();
    return row === undefined ? undefined : (JSON.parse(row.log) as GatewayLog);
  }

  /** Merges fields into a log; says whether there is such a log. */
  patch(gateway: string, id: string, fields: Partial<GatewayLog>): boolean {
    const log = this.read(gateway, id);
    if (log === undefined) return false;
    this.#sql.exec("UPDATE logs SET log = ? WHERE id = ?", JSON.stringify({ ...log, ...fields }), id);
    return true;
  }

  list(gateway: string | undefined): GatewayLog[] {
    const rows =
      gateway === undefined
        ? this.#sql.exec<{ log: string }>("SELECT log FROM logs ORDER BY seq")
        : this.#sql.exec<{ log: string }>("SELECT log FROM logs WHERE gateway = ? ORDER BY seq", gateway);
    return rows.toArray().map(({ log }) => JSON.parse(log) as GatewayLog);
  }

  cached(key: string, nowMs: number): CachedAnswer | undefined {
    const [row] = this.#sql
      .exec<{ body: ArrayBuffer; content_type: string }>(
        "SELECT body, content_type FROM answers WHERE key = ? AND expires_at > ?",
        key,
        nowMs,
      )
      .toArray();
    return row === undefined ? undefined : { body: row.body, contentType: row.content_type };
  }

  cache(key: string, answer: CachedAnswer, expiresAtMs: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO answers (key, body, content_type, expires_at) VALUES (?, ?, ?, ?)",
      key,
      answer.body,
      answer.contentType,
      expiresAtMs,
    );
  }
}
