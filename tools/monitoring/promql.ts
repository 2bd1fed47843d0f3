import { type LabelsOf, type MetricName, METRICS } from "#metrics/metric-table";
import { prometheusName } from "#metrics/prometheus-text";
import { OBJECTIVES, type ServiceName } from "#metrics/slis";

/** What labels must be, with PromQL's operator: `{ http_route: '="/chat"' }`. */
type Matchers<Name extends MetricName> = Readonly<Partial<Record<keyof LabelsOf<Name> | "tenant", string>>>;

/** A series of a metric of ours. A histogram needs to know which of its three. The compiler knows metrics and labels. */
export function series<Name extends MetricName>(
  metric: Name,
  part: "" | "_count" | "_sum" | "_bucket",
  matchers?: Matchers<Name>,
): string {
  const labels = Object.entries<string | undefined>(matchers ?? {}).map(([label, value]) => `${label}${value ?? ""}`);
  return `${prometheusName(metric, METRICS[metric])}${part}${labels.length === 0 ? "" : `{${labels.join()}}`}`;
}

/** How much a series grows in a second, added up for each value of some labels. */
export function rateBy(labels: string, of: string, window: string): string {
  return `sum by (${labels}) (rate(${of}[${window}]))`;
}

/** How much it has grown in a window. */
export function increaseBy(labels: string, of: string, window: string): string {
  return `sum by (${labels}) (increase(${of}[${window}]))`;
}

/** A quantile of a histogram, for each value of some labels. */
export function quantileBy(q: number, labels: string, buckets: string, window: string): string {
  return `histogram_quantile(${q}, ${rateBy(`le, ${labels}`, buckets, window)})`;
}

/** Failures by our fault of a service, as a share of what it was asked, for each tenant: as `/metrics/slis` counts them. */
export function errorShare(service: ServiceName, window: string, matchers: { readonly tenant?: string } = {}): string {
  const routes = { ...matchers, http_route: `=~"${OBJECTIVES[service].routes.join("|")}"` };
  const requests = { ...routes, http_request_method: '="POST"' };
  const count = (statuses: string): string =>
    rateBy(
      "tenant",
      series("http.server.request.duration", "_count", { ...requests, http_response_status_code: statuses }),
      window,
    );
  const judged = count('!~"4..|501"');
  const none = `0 * ${judged}`;
  const failed = count('=~"50[02-9]|5[1-9]."');
  const broken = rateBy("tenant", series("platform.stream.failures", "", routes), window);
  return `((${failed} or ${none}) + (${broken} or ${none})) / ${judged}`;
}
