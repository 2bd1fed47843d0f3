import type { AnalyticsPoint } from "../control/contract.js";
import type { AnalyticsProps } from "../plugin/binding-props.js";
import type { SimulatorEnv } from "../plugin/simulator-env.js";
import { parsePoint } from "./parse-point.js";

/** Keeps one data point that a Worker wrote with `writeDataPoint`. */
export async function answerAnalytics(request: Request, props: AnalyticsProps, env: SimulatorEnv): Promise<Response> {
  const parsed = parsePoint(await request.json());
  if (!parsed.ok) return Response.json({ error: parsed.error }, { status: 400 });
  const point: AnalyticsPoint = { worker: props.worker, dataset: props.dataset, at: Date.now(), ...parsed.point };
  await env.ANALYTICS.get(env.ANALYTICS.idFromName(props.worker)).write(point);
  return new Response(null, { status: 204 });
}
