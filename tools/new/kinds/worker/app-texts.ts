import type { PlannedFile } from "../../plan/plan.js";

/** Folder of the package of an app. */
export function appFolder(name: string): string {
  return `apps/${name}`;
}

/** `help-desk` as `HelpDesk`. */
function pascalOf(name: string): string {
  return name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The package of an app: two routes, what the isolation matrix is told of them, and a test in workerd. */
export function appFiles(name: string): readonly PlannedFile[] {
  const folder = appFolder(name);
  return [
    { path: `${folder}/BUILD.bazel`, text: buildText(name) },
    { path: `${folder}/README.md`, text: readmeText(name) },
    { path: `${folder}/app.ts`, text: appText(name) },
    { path: `${folder}/routes/chat.ts`, text: chatText(name) },
    { path: `${folder}/routes/health.ts`, text: healthText(name) },
    { path: `${folder}/route-rows.ts`, text: rowsText(name) },
    { path: `${folder}/${name}.test.ts`, text: testText(name) },
  ];
}

function buildText(name: string): string {
  return `"""The app ${name}: routes of its own, beside those of the platform."""

load("//tools/build:defs.bzl", "worker_app")

worker_app(
    name = "${name}",
    srcs = [
        "app.ts",
        "routes/chat.ts",
        "routes/health.ts",
    ],
    tests = ["${name}.test.ts"],
    deps = [
        "//platform/ai-gateway",
        "//platform/base",
        "//platform/http",
        "//platform/worker",
    ],
)
`;
}

function readmeText(name: string): string {
  return `# ${name}

Routes of its own, which a Worker has besides those of the platform. A tenant whose BUILD file says \`tenant(name = …, worker = "//apps/${name}")\`
is served, bundled and deployed with them: \`tools/bazel run //tenants/<tenant>:dev\`.

| file                                       | what                                                                                    |
| ------------------------------------------ | --------------------------------------------------------------------------------------- |
| [app.ts](app.ts)                           | the list of the routes                                                                  |
| [routes](routes/)                          | a file per route: its spec (method, path, who may call it, schemas), and its handler    |
| [route-rows.ts](route-rows.ts)             | what the isolation matrix has to know of each route; a route without a row fails a test |
| [${name}.test.ts](${name}.test.ts) | tests in workerd, in a Worker with several tenants                                      |

\`GET /${name}/health\` says whether this app is served to a tenant, \`POST /${name}/chat\` answers one question. Conversations, documents, tools and the rest are
the platform's, under their own paths.

Every route passes what those of the platform pass, in the same order: tenant, key or token, rate limits and budgets, scope, size of the body, schema of the input.
What a handler may use is in \`context.services\`; each call of them takes the tenant. Bindings cannot be reached here, which lint checks.

\`\`\`sh
tools/bazel test //apps/${name}/...
tools/bazel run //tenants/<tenant>:dev
\`\`\`
`;
}

function appText(name: string): string {
  return `import { chatRoute } from "#apps/${name}/routes/chat";
import { healthRoute } from "#apps/${name}/routes/health";
import type { WorkerApp } from "#worker/with-app";

/** Routes that the Workers of this app have besides those of the platform. A new one is its own file and one line here. */
export const app: WorkerApp = { routes: [healthRoute, chatRoute] };
`;
}

function healthText(name: string): string {
  const pascal = pascalOf(name);
  return `import { chooseChatModel } from "#ai-gateway/choose-model";
import * as z from "#base/zod";
import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

/** \`GET /${name}/health\`: whether this app is served to the tenant. \`GET /health\` is the platform's. */
export const healthRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/${name}/health",
    operationId: "get${pascal}Health",
    summary: "Whether ${name} is served here",
    tag: "${name}",
    access: "public",
    response: z.object({ status: z.literal("ok"), model: z.string() }),
  },
  ({ tenant, services, route, traceId }) => {
    const model = chooseChatModel(tenant, { environment: services.environment, route });
    return Promise.resolve(envelope(traceId, { status: "ok", model }, { top: { tenantId: tenant.tenantId } }));
  },
);
`;
}

function chatText(name: string): string {
  const pascal = pascalOf(name);
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  return `import { chooseChatModel } from "#ai-gateway/choose-model";
import * as z from "#base/zod";
import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

/** Most of a question, in UTF-16 code units. */
const MAX_CHARACTERS = 8_000;

/**
 * \`POST /${name}/chat\`: one question to the tenant's model, one answer; nothing is kept. Conversations that are kept are
 * \`POST /chat\` of the platform.
 *
 * Who asks, for which tenant, how often and how much was decided before this runs; \`models\` reserves what the call may
 * cost in the tenant's budgets, and counts the request in the same step.
 */
export const chatRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/${name}/chat",
    operationId: "${camel}Chat",
    summary: "One question, one answer",
    tag: "${name}",
    access: "chat",
    body: z.strictObject({ message: z.string().check(z.minLength(1), z.maxLength(MAX_CHARACTERS)) }),
    bodyLimit: "standard",
    countsItself: true,
    response: z.object({ answer: z.string(), model: z.string() }),
  },
  async (context, { body }) => {
    const { tenant, services, principal, request, route, traceId, count } = context;
    const { system } = (await services.settings.current(tenant.tenantId)).prompts;
    context.noteFields({ promptVersion: system.version });
    const stream = await services.models(tenant, count).streamText(
      tenant.tenantId,
      {
        model: chooseChatModel(tenant, { environment: services.environment, route }),
        messages: [
          { role: "system", content: system.text },
          { role: "user", content: body.message },
        ],
      },
      { traceId, route, principalId: principal.id, signal: request.signal },
    );
    let answer = "";
    for await (const part of stream.parts) if (part.type === "text") answer += part.text;
    return envelope(traceId, { answer, model: stream.model });
  },
);
`;
}

function rowsText(name: string): string {
  const pascal = pascalOf(name);
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  return `import type { RouteRow } from "#tests/security/route-rows";

/** What the isolation matrix has to be told of each route, by its \`operationId\`. */
export const ROUTE_ROWS: ReadonlyMap<string, RouteRow> = new Map<string, RouteRow>([
  ["get${pascal}Health", { access: "public", request: () => ({}), ids: [], status: 200, elsewhere: 200 }],
  ["${camel}Chat", { access: "chat", request: () => ({ body: { message: "Hi" } }), ids: [], status: 200, elsewhere: 200 }],
]);
`;
}

function testText(name: string): string {
  return `import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

describe("${name}, in workerd", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());

  const ask = (extra: Call = {}): Promise<Awaited<ReturnType<TestWorker["call"]>>> =>
    worker.call("/${name}/chat", { tenant: "acme", key: worker.keys.acme, body: { message: "Hello" }, ...extra });

  it("is healthy, and so is the platform beside it", async () => {
    for (const path of ["/${name}/health", "/health"]) {
      const { status, json } = await worker.call(path, { tenant: "acme" });
      assert.deepEqual([status, json["tenantId"]], [200, "acme"], path);
    }
  });

  it("answers a question with the tenant's model and prompt", async () => {
    await worker.runtime.control.answerWith("Good morning.");
    const { status, json, text } = await ask();
    assert.equal(status, 200, text);
    assert.equal((json.data as unknown as { answer: string }).answer, "Good morning.");
    const [call] = (await worker.runtime.control.modelCalls()).slice(-1);
    assert.match(JSON.stringify(call?.inputs), /assistant of Acme.*Hello/);
    assert.match(JSON.stringify(call?.options), /"tenant":"acme"/);
  });

  it("counts the request in the caller's limits", async () => {
    const { headers } = await ask();
    assert.match(headers.get("ratelimit") ?? "", /r=\\d+/);
  });

  const refused: readonly (readonly [what: string, call: () => Call, status: number, code: string])[] = [
    ["a caller without a key", () => ({ headers: { authorization: "" } }), 401, "unauthenticated"],
    ["another tenant's key", () => ({ key: worker.keys.globex }), 401, "unauthenticated"],
    ["an unknown tenant", () => ({ tenant: "nobody" }), 404, "tenant_unknown"],
    ["an unknown field", () => ({ body: { message: "Hello", admin: true } }), 400, "invalid_request"],
    ["an empty question", () => ({ body: { message: "" } }), 400, "invalid_request"],
    ["a body beyond the tenant's limit", () => ({ body: { message: "x".repeat(20_000) } }), 413, "payload_too_large"],
    ["another method", () => ({ method: "PUT" }), 405, "method_not_allowed"],
  ];
  for (const [what, call, status, code] of refused) {
    it(\`refuses \${what} with \${status} \${code}\`, async () => {
      const answer = await ask(call());
      assert.deepEqual([answer.status, answer.json.error?.code], [status, code]);
    });
  }

  it("refuses a key that may not chat", async () => {
    const { status, json } = await ask({ key: await worker.makeKey("acme", ["search"]) });
    assert.deepEqual([status, json.error?.code], [403, "forbidden"]);
  });

  it("is documented in /openapi.json, beside the platform", async () => {
    const { json } = await worker.call("/openapi.json", { tenant: "acme" });
    const { paths } = json as unknown as { paths: object };
    for (const path of ["/chat", "/${name}/chat", "/${name}/health"]) assert.ok(path in paths, path);
  });
});
`;
}
