import { DurableObject } from "cloudflare:workers";
import type { AnalyticsPoint } from "#simulators/contract/control-messages";

/** The data points that one Worker wrote, in the order of arrival. */
export class AnalyticsObject extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS points (seq INTEGER PRIMARY KEY, dataset TEXT NOT NULL, point TEXT NOT NULL)",
    );
  }

  write(point: AnalyticsPoint): void {
    this.#sql.exec("INSERT INTO points (dataset, point) VALUES (?, ?)", point.dataset, JSON.stringify(point));
  }

  list(dataset: string | undefined): AnalyticsPoint[] {
    const rows =
      dataset === undefined
        ? this.#sql.exec<{ point: string }>("SELECT point FROM points ORDER BY seq")
        : this.#sql.exec<{ point: string }>("SELECT point FROM points WHERE dataset = ? ORDER BY seq", dataset);
    return rows.toArray().map(({ point }) => JSON.parse(point) as AnalyticsPoint);
  }
}
