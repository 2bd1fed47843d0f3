import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

import type { Increment } from "#metrics/metric-recorder";
import { METRICS } from "#metrics/metric-table";
import { metricsObjectName } from "#metrics/metrics-object-name";
import { prometheusName } from "#metrics/prometheus-text";
import { quotaObjectName } from "#limits/quota-object-name";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { FAULTS_PATH } from "#worker/testing/faulty-env";
import type { FaultyMetrics } from "#worker/testing/faulty-metrics";
import type { FaultyQuota } from "#worker/testing/faulty-quota";
import { type Answer, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

interface Family {
  readonly name: string;
  readonly metrics: readonly { readonly value: string; readonly labels: Readonly<Record<string, string>> }[];
}
const parseText = createRequire(import.meta.url)("parse-prometheus-text-format") as (text: string) => Family[];

interface Notice {
  readonly id: string;
  readonly state: string;
  readonly tenantId: string;
  readonly runbook: string;
}

const WEBHOOK = "https://alerts.example/hook";
/** More than a search may take (`OBJECTIVES`). */
const SLOW_INDEX_MS = 5_200;
const REQUESTS = "http.server.request.duration";

describe("metrics, in workerd", () => {
  let worker: TestWorker;
  const notices: Notice[] = [];
  let webhookStatus = 200;

  before(async () => {
    worker = await startTestWorker({
      outbound: async (request) => {
        assert.equal(request.url, WEBHOOK);
        notices.push(await request.json<Notice>());
        return new Response(null, { status: webhookStatus });
      },
    });
  });
  after(() => worker.dispose());

  const call = async (tenant: string, target: string, body?: object, method?: string): Promise<Answer> => {
    const key = await keyOf(tenant);
    return worker.call(target, { tenant, key, ...(body && { body }), ...(method === undefined ? {} : { method }) });
  };
  const keys = new Map<string, Promise<string>>();
  const keyOf = (tenant: string): Promise<string> => {
    const known = keys.get(tenant) ?? worker.makeKey(tenant, ["chat", "search", "ingest", "tools", "metrics"]);
    keys.set(tenant, known);
    return known;
  };
  const dataOf = async <Data>(tenant: string, target: string): Promise<Data> => {
    const { json, status, text } = await call(tenant, target);
    assert.equal(status, 200, text);
    return json.data as unknown as Data;
  };
  const requestsOf = async (tenant: string): Promise<number> =>
    (await dataOf<{ total: { requests: number } }>(tenant, "/metrics/overview")).total.requests;
  const objectOf = async (tenant: string): Promise<DurableObjectStub<FaultyMetrics>> => {
    const { METRICS: objects } = await worker.runtime.bindings<{ METRICS: DurableObjectNamespace<FaultyMetrics> }>();
    return objects.getByName(metricsObjectName(tenantIdSchema.parse(tenant)));
  };
  const many = async (times: number, act: () => Promise<Answer>): Promise<number[]> =>
    (await Promise.all(Array.from({ length: times }, act))).map(({ status }) => status);
  const tick = (): Promise<void> => worker.runtime.scheduled("* * * * *");
  const firing = async (tenant: string): Promise<string[]> => {
    // Of the object itself: a tenant that makes too many requests is not answered.
    const alerts = await (await objectOf(tenant)).alerts(tenantIdSchema.parse(tenant));
    return alerts.filter(({ sinceMs }) => sinceMs > 0).map(({ id }) => id);
  };
  const dependencies = async (tenant: string): Promise<{ failed: string[]; latencyMs: Map<string, number> }> => {
    const { json } = await worker.call("/health?deep=1", { tenant });
    const data = json.data as unknown as { dependencies: { name: string; ok: boolean; latencyMs: number }[] };
    return {
      failed: data.dependencies.filter(({ ok }) => !ok).map(({ name }) => name),
      latencyMs: new Map(data.dependencies.map(({ name, latencyMs }) => [name, latencyMs])),
    };
  };
  /** Sets what goes wrong from now on, and tells how many calls hang. */
  const fault = async (query: string): Promise<number> =>
    Number((await worker.call(`${FAULTS_PATH}?${query}`)).json["hanging"]);

  it("tells what of a request was the platform's own time", async () => {
    const { headers } = await call("acme", "/v1/models");
    assert.match(headers.get("server-timing") ?? "", /^platform;dur=\d+, total;dur=\d+$/);
  });

  it("shows every metric of the table after what it tells of has happened, as Prometheus text", async () => {
    const { control } = worker.runtime;
    const question = { query: "What does the crane lift?" };
    await call("umbrella", "/ingest", { docId: "crane", text: "The crane lifts forty tonnes." });
    await call("umbrella", "/search", question);
    await call("umbrella", "/search", question);
    await call("umbrella", "/tools/execute", { tool: "classify_intent", arguments: { text: "Hello" } });
    await control.failModel(503, { times: 1 });
    await call("umbrella", "/chat", { message: "Hello", stream: false });
    await control.plan({ kind: "cut", afterTokens: 2 });
    await call("umbrella", "/chat", { message: "Hello" });
    await call("soylent", "/chat", { message: "Hello ".repeat(300), stream: false });
    await quotaFault("umbrella", ["admit"]);
    await worker.call("/health", { tenant: "umbrella", headers: { "cf-connecting-ip": "192.0.2.77" } });
    await quotaFault("umbrella", []);

    const { text, headers, status } = await call("umbrella", "/metrics");
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const names = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    const refused = (await call("soylent", "/metrics")).text;
    for (const [, name = ""] of refused.matchAll(/^# TYPE (\S+) /gm)) names.add(name);
    const expected = Object.entries(METRICS)
      .filter(([, shape]) => !("isManyValued" in shape))
      .map(([name, shape]) => prometheusName(name, shape));
    assert.deepEqual([...names].sort(), expected.sort());
  });

  it("gives the same to Analytics Engine, by tenant", async () => {
    const points = await worker.runtime.control.analyticsPoints({ dataset: "metrics" });
    const own = points.filter(({ indexes: [tenant] }) => tenant === "umbrella");
    const seen = new Set(own.map(({ blobs: [metric] }) => metric));
    assert.ok(seen.has(REQUESTS) && seen.has("gen_ai.client.token.usage"));
    const requests = own.filter(({ blobs: [metric] }) => metric === REQUESTS);
    assert.ok(requests.reduce((sum, { doubles: [count = 0] }) => sum + count, 0) >= 8);
  });

  it("holds no label that a caller may choose, and no other tenant's series", async () => {
    for (const path of ["/chat/secret-session/history", "/no/such/path", "/documents/my-doc"])
      await call("globex", path);
    await worker.call("/health", { tenant: "globex", method: "PURGE" });
    const { text } = await call("globex", "/metrics");
    assert.doesNotMatch(text, /secret-session|no\/such|my-doc|PURGE|umbrella|acme/);
    const families = parseText(text.replace(/^#.*\n/gm, ""));
    assert.ok(families.length > 3);
    for (const { metrics } of families) for (const { labels } of metrics) assert.equal(labels["tenant"], "globex");
  });

  it("is for those with the scope", async () => {
    const key = await worker.makeKey("acme", ["chat", "admin"]);
    for (const path of ["/metrics", "/metrics/overview", "/metrics/alerts"])
      assert.equal((await worker.call(path, { tenant: "acme", key })).status, 403, path);
    assert.equal((await call("acme", "/metrics/overview?period=2h")).status, 400);
  });

  it("is changed by nothing that reads it", async () => {
    const hooli = tenantIdSchema.parse("hooli");
    const object = await objectOf("hooli");
    const stored = async (): Promise<string> => {
      const rows = await object.read(hooli, { step: 3_600, fromMs: 0 });
      // That it was asked is measured as of any route.
      const others = rows.filter(({ labels }) => !labels.includes("/metrics/"));
      return JSON.stringify([others, await object.alerts(hooli)]);
    };
    await dataOf("hooli", "/metrics/anomalies");
    const before = await stored();
    for (const view of ["anomalies", "slis", "overview", "alerts", "cost"]) await dataOf("hooli", `/metrics/${view}`);
    assert.equal(await stored(), before);
  });

  it("holds a million events, and reads them at once", async () => {
    const object = await objectOf("vandelay");
    const batch = Array.from({ length: 10 }, (_, bucket): Increment => [
      REQUESTS,
      '["POST","/chat","200",""]',
      bucket,
      1_000,
      500,
    ]);
    const vandelay = tenantIdSchema.parse("vandelay");
    const nowMs = Date.now();
    for (let flush = 0; flush < 100; flush++) await object.add(vandelay, batch, nowMs);
    const { total, points } = await dataOf<{ total: { requests: number }; points: object[] }>(
      "vandelay",
      "/metrics/overview?period=24h",
    );
    assert.ok(total.requests >= 1_000_000 && total.requests < 1_000_100, String(total.requests));
    assert.ok(points.length <= 2);
    const rows = await object.read(vandelay, { step: 0, fromMs: 0 });
    assert.ok(rows.length < 50, String(rows.length));
  });

  it("puts what is beyond its room of series into one", async () => {
    const object = await objectOf("soylent");
    const soylent = tenantIdSchema.parse("soylent");
    const flood = Array.from({ length: 5_200 }, (_, n): Increment => ["platform.ai.key.cost", `["key_${n}"]`, 0, 1, 1]);
    await object.add(soylent, flood, Date.now());
    const rows = await object.read(soylent, { step: 0, fromMs: 0 });
    assert.ok(rows.length <= 5_010, String(rows.length));
    const other = rows.find(({ labels }) => labels === '["(other)"]');
    assert.ok((other?.count ?? 0) >= 200);
  });

  it("refuses to speak of one tenant with the object of another", async () => {
    const object = await objectOf("globex");
    await assert.rejects(async () => object.read(tenantIdSchema.parse("acme"), { step: 0, fromMs: 0 }));
  });

  it("never keeps a request waiting: without its object answers come as ever, and nothing is lost", async () => {
    const before = await requestsOf("vandelay");
    const object = await objectOf("vandelay");
    await object.fail(true);
    assert.deepEqual(await many(5, () => call("vandelay", "/v1/models")), [200, 200, 200, 200, 200]);
    await call("vandelay", "/metrics/overview");
    await object.fail(false);
    assert.equal((await requestsOf("vandelay")) - before, 7);
  });

  it("never keeps a request waiting, either, while its object answers nobody", async () => {
    const before = await requestsOf("vandelay");
    await fault("metrics=hang");
    const statuses: number[] = [];
    const chat = async () => statuses.push((await call("vandelay", "/chat", { message: "Hi", stream: false })).status);
    for (await chat(); (await fault("metrics=hang")) === 0; await chat())
      await new Promise((resolve) => setTimeout(resolve, 100));
    await chat();
    assert.deepEqual([...new Set(statuses)], [200]);
    await fault("");
    assert.equal((await requestsOf("vandelay")) - before, 1 + statuses.length);
  });

  it("tells cost by model, route and key, and tools by name", async () => {
    const cost = await dataOf<Record<"byModel" | "byRoute" | "byKey", { id: string; usd: number }[]>>(
      "umbrella",
      "/metrics/cost",
    );
    assert.ok(cost.byModel.some(({ id, usd }) => id.startsWith("@cf/") && usd > 0));
    assert.ok(cost.byRoute.some(({ id }) => id === "/chat"));
    assert.match(cost.byKey[0]?.id ?? "", /^key_/);
    const { tools } = await dataOf<{ tools: { tool: string; runs: number }[] }>("umbrella", "/metrics/tools");
    assert.deepEqual(
      tools.map(({ tool, runs }) => [tool, runs]),
      [["classify_intent", 1]],
    );
  });

  describe("alert rules", () => {
    const rule = { name: "Many requests", metric: "requests", comparator: ">", threshold: 5, period: "1h" };

    it("are made, read, changed and removed, and checked", async () => {
      const { json, status } = await call("globex", "/metrics/alerts", { ...rule, id: "mine" });
      assert.equal(status, 201);
      assert.deepEqual(json.data, {
        ...rule,
        id: "mine",
        enabled: true,
        runbook: "docs/runbooks/noisy-tenant.md",
        firingSince: null,
      });
      assert.equal((await call("globex", "/metrics/alerts", { ...rule, id: "mine" })).status, 409);
      assert.equal((await call("globex", "/metrics/alerts/mine", { ...rule, threshold: 9 }, "PUT")).status, 200);
      assert.equal((await dataOf<{ threshold: number }>("globex", "/metrics/alerts/mine")).threshold, 9);
      assert.equal((await call("acme", "/metrics/alerts/mine")).status, 404, "another tenant's");
      assert.equal((await call("globex", "/metrics/alerts/mine", undefined, "DELETE")).status, 200);
      assert.equal((await call("globex", "/metrics/alerts/mine")).status, 404);
      for (const wrong of [
        { metric: "nothing" },
        { comparator: "=" },
        { threshold: "5" },
        { period: "1y" },
        { more: 1 },
      ])
        assert.equal(
          (await call("globex", "/metrics/alerts", { ...rule, ...wrong })).status,
          400,
          JSON.stringify(wrong),
        );
    });

    it("are standard ones too, which can be switched off and never vanish", async () => {
      await call("globex", "/metrics/alerts/noisy", { ...rule, metric: "rateLimited", enabled: false }, "PUT");
      assert.equal((await dataOf<{ enabled: boolean }>("globex", "/metrics/alerts/noisy")).enabled, false);
      await call("globex", "/metrics/alerts/noisy", undefined, "DELETE");
      assert.equal((await dataOf<{ enabled: boolean }>("globex", "/metrics/alerts/noisy")).enabled, true);
    });
  });

  describe("an incident", () => {
    interface Sli {
      readonly service: string;
      readonly burnRate: number;
      readonly fastShare: number;
    }
    const sliOf = async (tenant: string, service: string): Promise<Sli> => {
      const { slis } = await dataOf<{ slis: Sli[] }>(tenant, "/metrics/slis");
      return slis.find((sli) => sli.service === service) ?? assert.fail(service);
    };
    /** Lets three minutes pass: each of these alerts fires, was told once, and names a page that there is. */
    const firesOnce = async (tenant: string, ...ids: readonly string[]): Promise<void> => {
      notices.length = 0;
      for (let minute = 0; minute < 3; minute++) await tick();
      const told = notices.filter(({ tenantId }) => tenantId === tenant);
      const fired = await firing(tenant);
      for (const id of ids) {
        const [notice, ...more] = told.filter((each) => each.id === id);
        assert.deepEqual([notice?.state, more], ["firing", []], `${id} of ${told.map((each) => each.id).join()}`);
        assert.ok(fired.includes(id) && existsSync(notice?.runbook ?? ""), notice?.runbook);
      }
    };

    it("of all models burns the budget of chat, is told once, and is known to /health", async () => {
      await worker.runtime.control.failModel(503, { times: 1_000 });
      await many(20, () => call("umbrella", "/chat", { message: "Hello" }));
      assert.ok((await sliOf("umbrella", "chat")).burnRate > 14.4);
      assert.deepEqual((await dependencies("umbrella")).failed, ["models"]);
      await firesOnce("umbrella", "chat-burns");
      await worker.runtime.control.reset();
    });

    it("that ends is told once as well, again and again until the webhook takes it", async () => {
      const object = await objectOf("umbrella");
      const umbrella = tenantIdSchema.parse("umbrella");
      await object.add(umbrella, [[REQUESTS, '["POST","/chat","200",""]', 3, 100_000, 5_000]], Date.now());
      notices.length = 0;
      webhookStatus = 500;
      await tick();
      assert.deepEqual(
        notices.filter(({ id }) => id === "chat-burns").map(({ state }) => state),
        ["resolved"],
      );
      const later = await object.judge(umbrella, [], Date.now() + 61_000);
      assert.ok(later.some(({ body, attempts }) => body.includes("chat-burns") && attempts === 2));
      assert.deepEqual(await object.judge(umbrella, [], Date.now() + 61_000), [], "handed out already");
      webhookStatus = 200;
    });

    it("of D1 burns the budget of ingest, is told once by its dependency, and is known to /health", async () => {
      await fault("d1=fails");
      const degraded = await many(12, () =>
        call("hooli", "/search", { query: `crane ${Math.random()}`, mode: "retrieve" }),
      );
      assert.deepEqual([...new Set(degraded)], [200], "searches go on with the vectors alone");
      const refused = await many(12, () => call("hooli", "/ingest", { docId: "d", text: "Some text." }));
      assert.ok(
        refused.every((status) => status >= 500),
        refused.join(),
      );
      assert.deepEqual((await dependencies("hooli")).failed, ["d1"]);
      await fault("");
      assert.ok((await sliOf("hooli", "ingest")).burnRate > 14.4);
      await firesOnce("hooli", "dependency-fails", "ingest-burns");
      assert.deepEqual((await dependencies("hooli")).failed, []);
    });

    it("of a slow vector index makes searches slow, is told once, and is known to /health", async () => {
      await fault(`vectorDelayMs=${SLOW_INDEX_MS}`);
      const [statuses, { failed, latencyMs }] = await Promise.all([
        many(12, () => call("globex", "/search", { query: `quay ${Math.random()}`, mode: "retrieve" })),
        dependencies("globex"),
      ]);
      await fault("");
      assert.deepEqual([...new Set(statuses)], [200]);
      assert.deepEqual(failed, ["vectorize"], "three seconds are too many for a sign of life");
      assert.ok((latencyMs.get("vectorize") ?? 0) >= 2_900, [...latencyMs].join());
      const { fastShare, burnRate } = await sliOf("globex", "search");
      assert.deepEqual({ fastShare, burnRate }, { fastShare: 0, burnRate: 0 }, "slow, and yet none failed");
      await firesOnce("globex", "search-slow");
      assert.deepEqual((await dependencies("globex")).failed, []);
    });

    it("of the ledger refuses to spend, is told once by its dependency, and is known to /health", async () => {
      await quotaFault("initech", ["admit", "usage"]);
      const statuses = await many(12, () => call("initech", "/chat", { message: "Hello", stream: false }));
      assert.ok(
        statuses.every((status) => status === 503),
        statuses.join(),
      );
      assert.deepEqual((await dependencies("initech")).failed, ["quotas"]);
      await quotaFault("initech", []);
      assert.ok((await sliOf("initech", "chat")).burnRate > 14.4);
      await firesOnce("initech", "dependency-fails", "chat-burns");
    });

    it("of a noisy tenant is told once and is its own: nothing fails, and nobody else hears of it", async () => {
      await call("stark", "/metrics/alerts/noisy", rule("rateLimited", 3), "PUT");
      const quiet = await firing("hooli");
      const statuses = await many(60, () => call("stark", "/v1/models"));
      assert.ok(statuses.filter((status) => status === 429).length > 3, statuses.join());
      await firesOnce("stark", "noisy");
      assert.ok(notices.every(({ state, tenantId }) => state === "resolved" || tenantId === "stark"));
      assert.deepEqual((await dependencies("vandelay")).failed, []);
      assert.deepEqual(await firing("hooli"), quiet);
    });
  });

  function rule(metric: string, threshold: number): object {
    return { name: metric, metric, comparator: ">", threshold, period: "1h" };
  }

  async function quotaFault(tenant: string, methods: Parameters<FaultyQuota["failOn"]>[0]): Promise<void> {
    const { QUOTAS } = await worker.runtime.bindings<{ QUOTAS: DurableObjectNamespace<FaultyQuota> }>();
    await QUOTAS.getByName(quotaObjectName(tenantIdSchema.parse(tenant))).failOn(methods);
  }
});
