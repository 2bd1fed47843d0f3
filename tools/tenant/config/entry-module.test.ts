import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { renderEntryModule } from "#tools/tenant/config/entry-module";

const acme = {
  tenantId: "acme",
  configImport: "./config.json",
  prompts: {},
  acceptsTokens: false,
  hasInsights: false,
  tools: { enabled: [], absent: [] },
  speechProvider: "none",
};

describe("renderEntryModule", () => {
  it("exports the handler, the Durable Object classes and the Workflow", () => {
    assert.equal(
      renderEntryModule([acme]),
      `// Generated from the tenant's config and prompts. Do not edit.
import { defineWorker } from "#worker/define-worker";
import { toRegistry } from "#llm-tools/registry";
import tenant0 from "./config.json";

const worker = defineWorker({
  tenants: [tenant0],
  tools: toRegistry([], []),
});

export default worker.handler;
export const {
  /** Durable Object class: a conversation, in its own SQLite database. */
  ChatSession,
  /** Durable Object class: what became of one idempotency key. */
  IdempotencyRecord,
  /** Durable Object class: metrics and alert rules of one tenant. */
  TenantMetrics,
  /** Durable Object class: rate limits and budgets of one tenant. */
  TenantQuota,
  /** Workflow: stores the documents of a large ingest. */
  IngestWorkflow,
} = worker;
`,
    );
  });

  it("carries several tenants, as a pool needs it", () => {
    const text = renderEntryModule([acme, { ...acme, tenantId: "globex", configImport: "./globex.json" }]);
    assert.match(text, /import tenant1 from "\.\/globex\.json";/);
    assert.match(text, /tenants: \[tenant0, tenant1\],/);
  });

  it("brings the tools that a tenant has enabled, and the names of the others", () => {
    const text = renderEntryModule([
      { ...acme, tools: { enabled: ["kv_get"], absent: ["ingest_docs", "summarize"] } },
      { ...acme, tenantId: "globex", tools: { enabled: ["summarize"], absent: ["ingest_docs", "kv_get"] } },
    ]);
    assert.match(text, /^import \{ kvGet as tool0 \} from "#llm-tools\/builtin\/kv-get";$/m);
    assert.match(text, /^ {2}tools: toRegistry\(\[tool0, tool1\], \["ingest_docs"\]\),$/m);
  });

  it("brings what checks tokens only where a tenant accepts them", () => {
    assert.doesNotMatch(renderEntryModule([acme]), /tokenVerifier/);
    const text = renderEntryModule([acme, { ...acme, tenantId: "globex", acceptsTokens: true }]);
    assert.match(text, /^import \{ tokenVerifier \} from "#worker\/token-verifier";$/m);
    assert.match(text, /^ {2}tokens: tokenVerifier\(\),$/m);
  });

  it("brings what speaks only where a tenant has a provider, each provider once", () => {
    assert.doesNotMatch(renderEntryModule([acme]), /speech/i);
    const speaking = { ...acme, speechProvider: "workers-ai" };
    const text = renderEntryModule([acme, speaking, { ...speaking, tenantId: "globex" }]);
    assert.match(text, /^import \{ defineSpeech \} from "#worker\/speech";$/m);
    assert.equal(text.split('import { provider as speech0 } from "#speech/providers/workers-ai";').length, 2);
    assert.match(text, /^ {2}speech: defineSpeech\(speech0\),$/m);
  });

  it("brings what reads metrics only where a tenant wants it", () => {
    assert.doesNotMatch(renderEntryModule([acme]), /insights/);
    const text = renderEntryModule([acme, { ...acme, tenantId: "globex", hasInsights: true }]);
    assert.match(text, /^import \{ insights \} from "#worker\/insights";$/m);
    assert.match(text, /^ {2}insights: insights\(\),$/m);
  });

  it("mounts an app only where a tenant has one", () => {
    assert.doesNotMatch(renderEntryModule([acme]), /app/i);
    const app = { name: "desk", pathsImport: "../../../apps/desk/gen/openapi.json" };
    const text = renderEntryModule([{ ...acme, app }]);
    assert.match(text, /^import \{ app \} from "#apps\/desk\/app";$/m);
    assert.match(text, /^import appPaths from "\.\.\/\.\.\/\.\.\/apps\/desk\/gen\/openapi\.json";$/m);
    assert.match(text, /^ {2}extend: withApp\(app, appPaths\),$/m);
  });

  it("keeps quotes and line breaks of prompts as data", () => {
    const text = renderEntryModule([{ ...acme, prompts: { system: 'Say "hi"`${1}`\n' } }]);
    assert.ok(text.includes('"acme": {"system":"Say \\"hi\\"`${1}`\\n"},'));
  });

  it("does not depend on the order in which prompts were read", () => {
    const first = renderEntryModule([{ ...acme, prompts: { a: "1", b: "2" } }]);
    assert.equal(renderEntryModule([{ ...acme, prompts: { b: "2", a: "1" } }]), first);
  });
});
