import { DurableObject } from "cloudflare:workers";

import { defect } from "#base/errors";
import { AlertBook, type AlertChange, type AlertNotice, type StoredAlert } from "#metrics/alert-book";
import { metricsObjectName } from "#metrics/metrics-object-name";
import type { Increment } from "#metrics/metric-recorder";
import { type MetricQuery, type MetricRow, RollupBook } from "#metrics/rollup-book";
import type { TenantId } from "#tenancy/tenant-id";

/** The bindings a metrics object needs to know its own name. */
export interface MetricsEnv {
  readonly METRICS: DurableObjectNamespace<MetricsObject>;
}

/**
 * The metrics of one tenant, added up, and its alert rules: a SQLite-backed Durable Object that stands apart from all that
 * it tells of. Each call names the tenant; the object checks that it makes up its own name.
 */
export class MetricsObject<Env extends MetricsEnv = MetricsEnv> extends DurableObject<Env> {
  readonly #rollup: RollupBook;
  readonly #alerts: AlertBook;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#rollup = new RollupBook(context.storage.sql);
    this.#alerts = new AlertBook(context.storage.sql);
  }

  /** Adds what an isolate has gathered: all of it, or nothing. */
  add(tenantId: TenantId, increments: readonly Increment[], nowMs: number): void {
    this.#check(tenantId);
    this.ctx.storage.transactionSync(() => this.#rollup.add(increments, nowMs));
  }

  read(tenantId: TenantId, query: MetricQuery): MetricRow[] {
    this.#check(tenantId);
    return this.#rollup.read(query);
  }

  alerts(tenantId: TenantId): StoredAlert[] {
    this.#check(tenantId);
    return this.#alerts.list();
  }

  /** Stores a rule, or removes it. False: there is no room for one more. */
  setAlert(tenantId: TenantId, id: string, rule: string | undefined): boolean {
    this.#check(tenantId);
    return this.#alerts.set(id, rule);
  }

  /** Takes what rules came to, and hands out the notices that are due. */
  judge(tenantId: TenantId, changes: readonly AlertChange[], nowMs: number): AlertNotice[] {
    this.#check(tenantId);
    return this.ctx.storage.transactionSync(() => this.#alerts.judge(changes, nowMs));
  }

  /** Notices that have reached somebody are not handed out again. */
  delivered(tenantId: TenantId, seqs: readonly number[]): void {
    this.#check(tenantId);
    this.#alerts.forget(seqs);
  }

  #check(tenantId: TenantId): void {
    if (!this.env.METRICS.idFromName(metricsObjectName(tenantId)).equals(this.ctx.id))
      throw defect("the metrics object is another tenant's");
  }
}
