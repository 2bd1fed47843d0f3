import type { AnalyticsPoint } from "#simulators/contract/control-messages";
import type { AnalyticsProps } from "#simulators/contract/binding-props";
import type { AnalyticsObject } from "./analytics-object.js";
import { parsePoint } from "./parse-point.js";

/** Keeps one data point that a Worker wrote with `writeDataPoint`. */
export async function answerAnalytics(
  request: Request,
  props: AnalyticsProps,
  objects: DurableObjectNamespace<AnalyticsObject>,
): Promise<Response> {
  const parsed = parsePoint(await request.json());
  if (!parsed.ok) return Response.json({ error: parsed.error }, { status: 400 });
  const point: AnalyticsPoint = { worker: props.worker, dataset: props.dataset, at: Date.now(), ...parsed.point };
  await objects.getByName(props.worker).write(point);
  return new Response(null, { status: 204 });
}
