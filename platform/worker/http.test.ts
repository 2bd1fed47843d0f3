import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type BindingFault, FAULT_PATH } from "#worker/testing/binding-faults";
import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

describe("the HTTP shell, in workerd", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());

  const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });

  it("answers /health without a key, with the tenant at the top", async () => {
    const { status, json, headers } = await worker.call("/health", { tenant: "acme" });
    assert.equal(status, 200);
    assert.equal(json["tenantId"], "acme");
    assert.equal(json.ok, true);
    assert.equal(headers.get("x-request-id"), json.traceId);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  });

  it("asks every dependency with ?deep=1", async () => {
    const { status, json } = await worker.call("/health?deep=1", { tenant: "acme" });
    assert.equal(status, 200);
    const { dependencies } = json.data as unknown as { dependencies: { name: string; ok: boolean }[] };
    assert.deepEqual(
      dependencies.map(({ name, ok }) => [name, ok]),
      [
        ["models", true],
        ["quotas", true],
        ["metrics", true],
        ["d1", true],
        ["kv", true],
        ["vectorize", true],
      ],
    );
  });

  it("measures, in a pool, only the tenants that want it", async () => {
    const isMeasured = async (tenant: string): Promise<unknown[]> => {
      const key = await worker.makeKey(tenant, ["metrics"]);
      const { features } = (await worker.call("/usage", { tenant, key })).json.data as unknown as {
        features: { metrics: boolean };
      };
      const answers = await Promise.all(
        ["/metrics", "/metrics/alerts"].map((path) => worker.call(path, { tenant, key })),
      );
      return [features.metrics, ...answers.map(({ status }) => status)];
    };
    assert.deepEqual(await isMeasured("oscorp"), [false, 404, 404]);
    assert.deepEqual(await isMeasured("globex"), [true, 200, 200]);
    // What was gathered of all is stored by the tick.
    await worker.runtime.scheduled("* * * * *");
    const points = await worker.runtime.control.analyticsPoints({ dataset: "metrics" });
    const tenants = new Set(points.map(({ indexes: [tenant] }) => tenant));
    assert.ok(tenants.has("globex") && !tenants.has("oscorp"), [...tenants].join());
  });

  it("ends a request whose binding never answers, with what to do", async () => {
    await worker.call(FAULT_PATH, { body: JSON.stringify({ at: 1, kind: "hangs" } satisfies BindingFault) });
    const hanging = await worker.call("/documents", acme());
    assert.deepEqual([hanging.status, hanging.json.error?.code], [503, "unavailable"], hanging.text);
    assert.ok(Number(hanging.headers.get("retry-after")) > 0);
    await worker.call(FAULT_PATH, { body: "null" });
    assert.equal((await worker.call("/documents", acme())).status, 200, "and afterwards all is well");
  });

  it("serves the next request when one has ended in the middle of what all share", async () => {
    await worker.restart();
    for (const at of [1, 2, 3]) {
      await worker.call(FAULT_PATH, { body: JSON.stringify({ at, kind: "hangs" } satisfies BindingFault) });
      await worker.call("/documents", acme());
      await worker.call(FAULT_PATH, { body: "null" });
      const { status, text } = await worker.call("/documents", acme());
      assert.equal(status, 200, `after a hanging call ${at}: ${text}`);
    }
  });

  it("takes the trace id of a valid traceparent", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const { json } = await worker.call("/health", { tenant: "acme", headers: { traceparent } });
    assert.equal(json.traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
  });

  it("finds the tenant by its host name", async () => {
    const { status, json } = await worker.call("http://globex.example/health");
    assert.equal(status, 200);
    assert.equal(json["tenantId"], "globex");
  });

  const refused: readonly (readonly [what: string, target: string, call: () => Call, status: number, code: string])[] =
    [
      ["a pool's request without a tenant", "/health", () => ({}), 400, "tenant_required"],
      ["x-tenant-id: __proto__", "/health", () => ({ tenant: "__proto__" }), 404, "tenant_unknown"],
      ["x-tenant-id: constructor", "/health", () => ({ tenant: "constructor" }), 404, "tenant_unknown"],
      [
        "host and header that disagree",
        "http://globex.example/health",
        () => ({ tenant: "acme" }),
        403,
        "tenant_mismatch",
      ],
      ["a route that is not there", "/nowhere", () => acme(), 404, "not_found"],
      ["a method that is not possible", "/chat", () => acme({ method: "PUT" }), 405, "method_not_allowed"],
      ["no credential", "/chat", () => ({ tenant: "acme", body: { message: "hi" } }), 401, "unauthenticated"],
      [
        "another tenant's key",
        "/chat",
        () => acme({ key: worker.keys.globex, body: { message: "hi" } }),
        401,
        "unauthenticated",
      ],
      ["null as body", "/chat", () => acme({ body: "null" }), 400, "invalid_request"],
      ["a body that is no JSON", "/chat", () => acme({ body: "{" }), 400, "invalid_json"],
      ["an empty body", "/chat", () => acme({ body: "" }), 400, "invalid_json"],
      ["invalid UTF-8", "/chat", () => acme({ body: new Uint8Array([0x22, 0xc3, 0x28, 0x22]) }), 400, "invalid_json"],
      [
        "a form",
        "/chat",
        () => acme({ body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }),
        415,
        "unsupported_media_type",
      ],
      ["an unknown key", "/chat", () => acme({ body: { message: "hi", admin: true } }), 400, "invalid_request"],
      [
        "a header of 10,000 bytes",
        "/health",
        () => acme({ headers: { "x-long": "x".repeat(10_000) } }),
        431,
        "headers_too_large",
      ],
      [
        "a model that is not allowed",
        "/chat",
        () => acme({ body: { message: "hi", modelId: "@cf/other/model" } }),
        403,
        "model_not_allowed",
      ],
      ["a session that is not there", "/chat/none/history", () => acme(), 404, "not_found"],
      ["a session id with a colon", "/chat/a:b/history", () => acme(), 400, "invalid_request"],
      ["an unknown query parameter", "/health?depp=1", () => acme(), 400, "invalid_request"],
    ];
  for (const [what, target, call, status, code] of refused) {
    it(`refuses ${what} with ${status} ${code}, and goes on`, async () => {
      const answer = await worker.call(target, call());
      assert.equal(answer.status, status);
      assert.equal(answer.json.ok, false);
      assert.equal(answer.json.error?.code, code);
      assert.ok(answer.json.traceId.length > 0);
      assert.equal(answer.headers.get("x-request-id"), answer.json.traceId);
      assert.equal((await worker.call("/health", { tenant: "acme" })).status, 200);
    });
  }

  it("counts the bytes of a body that comes in chunks without Content-Length", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_024;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
        if (sent > 64 * 1_024) controller.close();
      },
    });
    const answer = await worker.call("/chat", acme({ body }));
    assert.equal(answer.status, 413);
    assert.equal(answer.json.error?.code, "payload_too_large");
    assert.equal((await worker.call("/health", { tenant: "acme" })).status, 200);
  });

  it("names the methods that are possible", async () => {
    const { headers } = await worker.call("/chat", acme({ method: "PUT" }));
    assert.match(headers.get("allow") ?? "", /\bPOST\b/);
  });

  it("answers RFC 9457 to a client that accepts it", async () => {
    const { headers, json, status } = await worker.call(
      "/nowhere",
      acme({ headers: { accept: "application/problem+json" } }),
    );
    assert.match(headers.get("content-type") ?? "", /application\/problem\+json/);
    assert.equal(json["status"], status);
    assert.equal(json["code"], "not_found");
  });

  it("lets the tenant's own origin read answers and errors, and no other", async () => {
    const origin = "https://app.acme.example";
    const own = await worker.call("/nowhere", acme({ headers: { origin } }));
    assert.equal(own.headers.get("access-control-allow-origin"), origin);
    assert.match(own.headers.get("vary") ?? "", /Origin/);
    const other = await worker.call("/health", { tenant: "acme", headers: { origin: "https://evil.example" } });
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    const wrongTenant = await worker.call("/health", { tenant: "globex", headers: { origin } });
    assert.equal(wrongTenant.headers.get("access-control-allow-origin"), null);
  });

  it("answers a preflight with 204", async () => {
    const headers = { origin: "https://app.acme.example", "access-control-request-method": "POST" };
    const { status, headers: answered } = await worker.call("http://acme.example/chat", { method: "OPTIONS", headers });
    assert.equal(status, 204);
    assert.match(answered.get("access-control-allow-methods") ?? "", /POST/);
  });

  it("serves the console's pages and files without a key, under a policy that lets in nothing foreign", async () => {
    const page = await worker.call("/", { tenant: "acme" });
    assert.equal(page.status, 200);
    assert.match(page.text, /src="\/console\/console\.js"/);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
    for (const file of ["/docs", "/console/console.js", "/console/docs.js", "/console/console.css"]) {
      assert.equal((await worker.call(file, { tenant: "acme" })).status, 200, file);
    }
  });

  it("answers 304 to a browser that has the file, and 404 for what is no file of the console", async () => {
    const { headers } = await worker.call("/console/console.js", { tenant: "acme" });
    const again = { tenant: "acme", headers: { "if-none-match": headers.get("etag") ?? "" } };
    assert.equal((await worker.call("/console/console.js", again)).status, 304);
    for (const file of ["/console/nothing.js", "/index.html", "/console/console.js.map"]) {
      assert.equal((await worker.call(file, { tenant: "acme" })).status, file.endsWith(".map") ? 400 : 404, file);
    }
    assert.equal((await worker.call("/console/..%2Findex.html", { tenant: "acme" })).status, 400);
  });

  it("serves the OpenAPI document", async () => {
    const { status, json } = await worker.call("/openapi.json", { tenant: "acme" });
    assert.equal(status, 200);
    assert.equal(json["openapi"], "3.1.0");
    const operations = Object.values(json["paths"] as Record<string, object>).flatMap((path) => Object.keys(path));
    assert.ok(operations.length > 20, `${operations.length} operations`);
  });
});
