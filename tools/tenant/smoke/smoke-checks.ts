import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import * as z from "#base/zod";

import { runChatTurn } from "#tools/tenant/client/chat-stream";
import { callTenant, requestTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";

/** One promise of a tenant's Worker, and how to see that it is kept. A check throws when it is not. */
export interface SmokeCheck {
  readonly name: string;
  readonly run: (address: TenantAddress) => Promise<void>;
}

/** How long a written document may take to be found: Vectorize shows a mutation after seconds. */
const SEARCH_TIMEOUT_MS = 15_000;
const SEARCH_PAUSE_MS = 500;

const errorSchema = z.object({
  ok: z.literal(false),
  error: z.object({ code: z.string(), message: z.string() }),
  traceId: z.string().check(z.minLength(1)),
});
const sourcesSchema = z.object({ sources: z.array(z.object({ docId: z.string(), text: z.string() })) });

/** What holds as soon as a bundle has booted: cheap enough to test for every tenant in every build. */
export const BOOT_CHECKS: readonly SmokeCheck[] = [
  { name: "answers /health without a key", run: checkHealth },
  { name: "knows no other tenant", run: checkUnknownTenant },
  { name: "refuses a caller without a valid key", run: checkUnauthenticated },
];

/** All checks; what needs nothing comes first, so that the first failure says most. */
export const SMOKE_CHECKS: readonly SmokeCheck[] = [
  ...BOOT_CHECKS,
  { name: "publishes its OpenAPI document", run: checkOpenApi },
  { name: "says not_found for an unknown route", run: checkNotFound },
  { name: "says method_not_allowed and what is allowed", run: checkMethodNotAllowed },
  { name: "finds an ingested document, and not once it is deleted", run: checkKnowledge },
  { name: "streams a chat and forgets it on request", run: checkChat },
];

async function checkHealth(address: TenantAddress): Promise<void> {
  const response = await requestTenant(address, "/health");
  assert.equal(response.status, 200, `HTTP ${response.status}`);
  const health = z
    .object({ ok: z.literal(true), tenantId: z.string(), traceId: z.string() })
    .parse(await response.json());
  assert.equal(response.headers.get("x-request-id"), health.traceId, "x-request-id differs from traceId");
}

async function checkOpenApi(address: TenantAddress): Promise<void> {
  const response = await requestTenant(address, "/openapi.json");
  assert.equal(response.status, 200, `HTTP ${response.status}`);
  const { openapi, paths } = z
    .object({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
    .parse(await response.json());
  assert.match(openapi, /^3\.1\./);
  for (const path of ["/health", "/chat", "/search", "/ingest"]) assert.ok(path in paths, `${path} is not described`);
}

async function checkNotFound(address: TenantAddress): Promise<void> {
  await expectError(address, "/no-such-route", {}, 404, "not_found");
}

async function checkUnknownTenant(address: TenantAddress): Promise<void> {
  await expectError(address, "/health", { headers: { "x-tenant-id": "no-such-tenant" } }, 404, "tenant_unknown");
}

async function checkMethodNotAllowed(address: TenantAddress): Promise<void> {
  const response = await expectError(address, "/chat", { method: "PATCH" }, 405, "method_not_allowed");
  assert.match(response.headers.get("allow") ?? "", /POST/, "the Allow header does not name POST");
}

async function checkUnauthenticated(address: TenantAddress): Promise<void> {
  const wrongKey = `${address.apiKey.slice(0, -4)}0000`;
  const headers = { "content-type": "application/json", authorization: `Bearer ${wrongKey}` };
  const body = JSON.stringify({ message: "hello" });
  await expectError(address, "/chat", { method: "POST", headers, body }, 401, "unauthenticated");
}

async function checkKnowledge(address: TenantAddress): Promise<void> {
  const word = `zyx${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const docId = `smoke-${word}`;
  await callTenant(address, "POST", "/ingest", {
    docId,
    text: `# Smoke test\n\nThe code word of this document is ${word}.`,
  });
  try {
    await waitUntil(async () => (await search(address, word)).includes(docId), "the document was not found");
  } finally {
    await callTenant(address, "DELETE", `/documents/${docId}`);
  }
  await waitUntil(async () => !(await search(address, word)).includes(docId), "the deleted document is still found");
}

async function search(address: TenantAddress, word: string): Promise<string[]> {
  const { sources } = sourcesSchema.parse(
    await callTenant(address, "POST", "/search", { query: `What is the code word ${word}?` }),
  );
  return sources.map(({ docId }) => docId);
}

async function checkChat(address: TenantAddress): Promise<void> {
  let pieces = 0;
  const answer = await runChatTurn(address, { message: "Say hello in one sentence." }, () => pieces++);
  assert.ok(pieces > 0 && answer.content.trim() !== "", "the answer is empty");
  assert.ok(answer.sessionId !== "", "the stream did not name its session");
  await callTenant(address, "DELETE", `/chat/${answer.sessionId}`);
}

async function expectError(
  address: TenantAddress,
  path: string,
  init: RequestInit,
  status: number,
  code: string,
): Promise<Response> {
  const response = await requestTenant(address, path, init);
  const body = errorSchema.safeParse(await response.json().catch(() => undefined));
  assert.equal(response.status, status, `HTTP ${response.status} instead of ${status}`);
  assert.ok(body.success, "the answer is not the platform's error envelope");
  assert.equal(body.data.error.code, code);
  return response;
}

async function waitUntil(isDone: () => Promise<boolean>, message: string): Promise<void> {
  const endMs = Date.now() + SEARCH_TIMEOUT_MS;
  while (!(await isDone())) {
    if (Date.now() > endMs) throw new Error(`${message} within ${SEARCH_TIMEOUT_MS / 1_000} s`);
    await sleep(SEARCH_PAUSE_MS);
  }
}
