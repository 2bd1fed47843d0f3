import { toolSpellings } from "#llm-tools/tool-spellings";
import { objectClassName } from "#tenancy/own-bindings";

/** One tenant of a bundle: where its checked config is, seen from the entry module, and its prompts by name, placeholders unfilled. */
export interface BundledTenant {
  readonly tenantId: string;
  /** Relative import path of the config's JSON, e.g. `./config.json`. */
  readonly configImport: string;
  readonly prompts: Readonly<Record<string, string>>;
  /** Whether callers may show tokens of an identity provider: what checks them comes into the bundle only then. */
  readonly acceptsTokens: boolean;
  /** Names of the tools that the tenant has enabled, and of those that it has not: only the former come into the bundle. */
  readonly tools: { readonly enabled: readonly string[]; readonly absent: readonly string[] };
  /** `tts.provider` of the config: what speaks comes into the bundle only where a tenant has a provider. */
  readonly speechProvider: string;
  /** Name of the app below apps/ whose routes the Worker has besides; and the import path of the paths that it documents. */
  readonly app?: { readonly name: string; readonly pathsImport: string };
  /** Packages below platform/worker/objects whose Durable Object classes are the tenant's own. */
  readonly objects?: readonly string[];
  /** Whether metrics can be read and alerts are told: what does so comes into the bundle only then. */
  readonly hasInsights: boolean;
}

/**
 * The source of a Worker's entry module: hands the tenants to `defineWorker` and exports what the runtime looks for.
 * Deterministic: the same input gives the same text. A pool passes several tenants.
 */
export function renderEntryModule(tenants: readonly BundledTenant[]): string {
  const prompts = tenants
    .filter((tenant) => Object.keys(tenant.prompts).length > 0)
    .map((tenant) => `    ${JSON.stringify(tenant.tenantId)}: ${literal(sorted(tenant.prompts))},\n`);
  const acceptsTokens = tenants.some((tenant) => tenant.acceptsTokens);
  const speakers = [...new Set(tenants.map((tenant) => tenant.speechProvider))].filter((name) => name !== "none");
  const tools = [...new Set(tenants.flatMap((tenant) => tenant.tools.enabled))].toSorted();
  const absent = [...new Set(tenants.flatMap((tenant) => tenant.tools.absent))].filter((name) => !tools.includes(name));
  const hasInsights = tenants.some((tenant) => tenant.hasInsights);
  const app = tenants.find((tenant) => tenant.app !== undefined)?.app;
  return [
    "// Generated from the tenant's config and prompts. Do not edit.",
    'import { defineWorker } from "#worker/define-worker";',
    'import { toRegistry } from "#llm-tools/registry";',
    ...tools.map(importTool),
    ...(hasInsights ? ['import { insights } from "#worker/insights";'] : []),
    ...(acceptsTokens ? ['import { tokenVerifier } from "#worker/token-verifier";'] : []),
    ...(speakers.length === 0 ? [] : ['import { defineSpeech } from "#worker/speech";']),
    ...speakers.map((name, index) => `import { provider as speech${index} } from "#speech/providers/${name}";`),
    ...(app === undefined ? [] : importApp(app)),
    ...tenants.map((tenant, index) => `import tenant${index} from ${JSON.stringify(tenant.configImport)};`),
    "",
    "const worker = defineWorker({",
    `  tenants: [${tenants.map((_, index) => `tenant${index}`).join(", ")}],`,
    ...(prompts.length === 0 ? [] : [`  prompts: {\n${prompts.join("")}  },`]),
    `  tools: toRegistry([${tools.map((_, index) => `tool${index}`).join(", ")}], ${literal(absent.toSorted())}),`,
    ...(acceptsTokens ? ["  tokens: tokenVerifier(),"] : []),
    ...(speakers.length === 0
      ? []
      : [`  speech: defineSpeech(${speakers.map((_, index) => `speech${index}`).join(", ")}),`]),
    ...(hasInsights ? ["  insights: insights(),"] : []),
    ...(app === undefined ? [] : ["  extend: withApp(app, appPaths),"]),
    "});",
    "",
    "export default worker.handler;",
    "export const {",
    "  /** Durable Object class: a conversation, in its own SQLite database. */",
    "  ChatSession,",
    "  /** Durable Object class: what became of one idempotency key. */",
    "  IdempotencyRecord,",
    "  /** Durable Object class: metrics and alert rules of one tenant. */",
    "  TenantMetrics,",
    "  /** Durable Object class: rate limits and budgets of one tenant. */",
    "  TenantQuota,",
    "  /** Workflow: stores the documents of a large ingest. */",
    "  IngestWorkflow,",
    "} = worker;",
    ...[...new Set(tenants.flatMap(({ objects = [] }) => objects))].map(exportObject),
    "",
  ].join("\n");
}

function importApp({ name, pathsImport }: NonNullable<BundledTenant["app"]>): readonly string[] {
  return [
    'import { withApp } from "#worker/with-app";',
    `import { app } from "#apps/${name}/app";`,
    `import appPaths from ${JSON.stringify(pathsImport)};`,
  ];
}

/** A tool's file and constant bear its name. */
function importTool(name: string, index: number): string {
  const { file, constant } = toolSpellings(name);
  return `import { ${constant} as tool${index} } from "#llm-tools/builtin/${file}";`;
}

function exportObject(object: string): string {
  return `export { ${objectClassName(object)} } from "#worker/objects/${object}/${object}-object";`;
}

/** JSON is JavaScript, but for the name `__proto__`, which no prompt can have. */
function literal(value: unknown): string {
  return JSON.stringify(value);
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
