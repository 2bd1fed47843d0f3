/** A series of `promtool test rules`: a value in each minute. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Minutes that a case is fed for. */
export const MINUTES = 70;

/** A series that grows by so much in a minute. */
function growing(name: string, labels: Readonly<Record<string, string>>, byMinute: number): InputSeries {
  const written = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return { series: `${name}{${written.join()}}`, values: `0+${byMinute}x${MINUTES}` };
}

const requests = (tenant: string, route: string, status: number, byMinute: number): InputSeries => {
  const labels = { tenant, http_request_method: "POST", http_route: route, http_response_status_code: String(status) };
  return growing("http_server_request_duration_seconds_count", labels, byMinute);
};

/** What all tenants do, those too of which nothing is to be told: some answers, and one failure in a thousand. */
const calm = (route: string): InputSeries[] =>
  ["acme", "globex"].flatMap((tenant) => [requests(tenant, route, 200, 999), requests(tenant, route, 503, 1)]);

/** A service of which a tenth or more fails; what callers did wrong besides is no failure. */
const burning = (route: string, failures = 10): InputSeries[] => [
  requests("globex", route, 200, 999),
  requests("globex", route, 503, 1),
  requests("globex", route, 429, 500),
  requests("acme", route, 200, 100 - failures),
  requests("acme", route, 503, failures),
];

/** Of a histogram: all values between 5 s and 10 s for acme, all below 5 s for globex. */
const slow = (name: string, labels: Readonly<Record<string, string>>): InputSeries[] =>
  ["acme", "globex"].flatMap((tenant) =>
    ["5", "10", "+Inf"].map((le) =>
      growing(`${name}_bucket`, { tenant, ...labels, le }, tenant === "acme" && le === "5" ? 0 : 20),
    ),
  );

/** Of a counter: 120 in an hour for acme, few for globex. */
const counted = (name: string, labels: Readonly<Record<string, string>>, byMinute = 2): InputSeries[] => [
  growing(name, { tenant: "acme", ...labels }, byMinute),
  growing(name, { tenant: "globex", ...labels }, 0.01),
];

const POST = { http_request_method: "POST", http_response_status_code: "200" };

/** For each alert what makes it fire for acme and for nobody else. */
export const FIRING: ReadonlyMap<string, readonly InputSeries[]> = new Map([
  ["ChatBurns", burning("/chat")],
  ["SearchBurns", burning("/search")],
  ["IngestBurns", burning("/ingest", 20)],
  ["ToolsBurns", burning("/tools/execute", 20)],
  ["TtsBurns", burning("/tts", 20)],
  ["ChatWaits", slow("gen_ai_server_time_to_first_token_seconds", { http_route: "/chat" })],
  ["SearchSlow", slow("http_server_request_duration_seconds", { http_route: "/search", ...POST })],
  ["ModelsFail", counted("gen_ai_client_operation_duration_seconds_count", { error_type: "unavailable" })],
  ["DependencyFails", counted("platform_dependency_failures_total", { dependency: "d1" })],
  ["Noisy", counted("platform_limits_refusals_total", { error_type: "rate_limited" }, 20)],
  ["MetricsNotRead", [{ series: 'up{job="tenants",tenant="acme",instance="acme:443"}', values: `0x${MINUTES}` }]],
]);

/** What fires no alert at all. */
export const CALM: readonly InputSeries[] = ["/chat", "/search", "/ingest", "/tools/execute", "/tts"].flatMap(calm);
