import type { TenantConfigInput } from "#tenancy/tenant-config";

const accountId = "0123456789abcdef0123456789abcdef";

/** Small, so that a test reaches the limit. */
export const ACME_SESSIONS = { maxMessages: 50 };

/** Every tool of the product: a tenant that enables all. */
export const ALL_TOOLS = [
  "classify_intent",
  "extract_entities",
  "ingest_docs",
  "kv_get",
  "summarize",
  "tag_chunk_docs",
  "vector_search",
];

/** Where alerts of those go that have an incident in some test. */
const insights = { enabled: true, alertWebhook: "https://alerts.example/hook" };

/** More than any test sends. */
const WIDE_RATE = { principal: { perMinute: 100_000 } };

/** The tenants of the test Worker. They share every resource on purpose: only the platform's own walls keep them apart. */
export const ACME: TenantConfigInput = {
  tenantId: "acme",
  displayName: "Acme Inc.",
  accountId,
  insights: { enabled: true },
  environments: { dev: { hostnames: ["acme.example"] } },
  cors: { origins: ["https://app.acme.example"] },
  sessions: ACME_SESSIONS,
  ai: { allowedModels: ["@cf/meta/llama-3.1-8b-instruct", "@cf/openai/gpt-oss-20b", "@cf/myshell-ai/melotts"] },
  limits: { body: { standardBytes: 16_384, smallBytes: 1_024 }, rate: WIDE_RATE },
  tools: { enabled: ALL_TOOLS },
  tts: { provider: "workers-ai" },
};

export const GLOBEX: TenantConfigInput = {
  tenantId: "globex",
  displayName: "Globex Corporation",
  accountId,
  insights,
  environments: { dev: { hostnames: ["globex.example"] } },
  auth: { anonymousScopes: ["search"] },
  limits: { rate: WIDE_RATE },
  tts: { provider: "workers-ai" },
};

/** A tenant that has switched every tool off, and may say little. */
export const HOOLI: TenantConfigInput = {
  tenantId: "hooli",
  displayName: "Hooli",
  accountId,
  insights,
  limits: {
    rate: WIDE_RATE,
    budgets: [{ scope: "model", id: "@cf/deepgram/aura-1", unit: "usd", window: "day", limit: 0.01 }],
  },
  tools: { enabled: [] },
  tts: { provider: "workers-ai" },
};

/** A tenant with the default rate limits and a small budget. */
export const INITECH: TenantConfigInput = {
  tenantId: "initech",
  displayName: "Initech",
  accountId,
  insights,
  limits: { budgets: [{ scope: "tenant", unit: "tokens", window: "day", limit: 3_000 }] },
};

/** A tenant that uses everything a search can do besides finding: a model's rewording, reranking, hidden private data. */
export const VANDELAY: TenantConfigInput = {
  tenantId: "vandelay",
  displayName: "Vandelay Industries",
  accountId,
  insights: { enabled: true },
  ai: { allowedModels: ["@cf/meta/llama-3.2-1b-instruct"], timeouts: { rerankMs: 300 } },
  search: {
    understanding: { mode: "model", model: "@cf/meta/llama-3.2-1b-instruct" },
    rerank: { when: "always" },
    redactPii: true,
  },
  limits: {
    rate: WIDE_RATE,
    budgets: [{ scope: "model", id: "@cf/baai/bge-reranker-base", unit: "tokens", window: "day", limit: 100_000 }],
  },
};

/** A tenant with next to no budget: of calls that may cost 15 tokens, ten. Its rate limits are no matter. */
export const SOYLENT: TenantConfigInput = {
  tenantId: "soylent",
  displayName: "Soylent Corporation",
  accountId,
  insights: { enabled: true },
  limits: { rate: WIDE_RATE, budgets: [{ scope: "tenant", unit: "tokens", window: "day", limit: 150 }] },
};

export const [UMBRELLA_MODEL, UMBRELLA_FALLBACK] = ["@cf/meta/llama-3.1-8b-instruct", "@cf/openai/gpt-oss-20b"];

/** A tenant whose model has a fallback, and a budget that nothing here uses up. */
export const UMBRELLA: TenantConfigInput = {
  tenantId: "umbrella",
  displayName: "Umbrella Corporation",
  accountId,
  insights,
  ai: {
    models: { chat: UMBRELLA_MODEL },
    allowedModels: [UMBRELLA_FALLBACK],
    fallbacks: { [UMBRELLA_MODEL]: [UMBRELLA_FALLBACK] },
  },
  limits: {
    rate: WIDE_RATE,
    budgets: [{ scope: "tenant", unit: "tokens", window: "day", limit: 100_000_000 }],
  },
};

/** A tenant whose config says nothing of limits. */
export const STARK: TenantConfigInput = { tenantId: "stark", displayName: "Stark Industries", accountId, insights };

/** A tenant whose models are offered tools, in few rounds. It alone is not measured. */
export const OSCORP: TenantConfigInput = {
  tenantId: "oscorp",
  displayName: "Oscorp Industries",
  accountId,
  ai: { models: { chat: "@cf/openai/gpt-oss-20b" }, allowedModels: ["@cf/meta/llama-3.1-8b-instruct"] },
  tools: {
    enabled: ALL_TOOLS,
    model: { default: ALL_TOOLS, maxRounds: 3, maxCalls: 4 },
  },
  limits: {
    rate: WIDE_RATE,
    budgets: [{ scope: "tenant", unit: "tokens", window: "day", limit: 10_000_000 }],
  },
};
